/** Text on its way to UTF-8 as Java encodes it: an unpaired surrogate has no bytes and becomes `?`. As long as before in UTF-16. */
export const javaUtf8Text = (text: string): string => (text.isWellFormed() ? text : text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?'))
