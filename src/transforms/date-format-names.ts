/** English names in dates, and the offsets of the time zones that are known by name here. */
export const names = {
  eras: { long: ['Before Christ', 'Anno Domini'], short: ['BC', 'AD'] },
  months: {
    long: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
    short: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  },
  weekdays: { long: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'], short: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] },
  halves: { long: ['AM', 'PM'], short: ['AM', 'PM'] },
} as const

/** Minutes east of Greenwich. Java knows every zone of the world by name; here these, and any offset. */
export const zoneMinutes: readonly (readonly [name: string, minutes: number])[] = [
  ['Coordinated Universal Time', 0], ['Greenwich Mean Time', 0], ['UTC', 0], ['GMT', 0], ['UCT', 0],
  ['Eastern Standard Time', -300], ['Eastern Daylight Time', -240], ['Central Standard Time', -360], ['Central Daylight Time', -300],
  ['Mountain Standard Time', -420], ['Mountain Daylight Time', -360], ['Pacific Standard Time', -480], ['Pacific Daylight Time', -420],
  ['Central European Standard Time', 60], ['Central European Summer Time', 120],
  ['EST', -300], ['EDT', -240], ['CST', -360], ['CDT', -300], ['MST', -420], ['MDT', -360], ['PST', -480], ['PDT', -420],
  ['CET', 60], ['CEST', 120], ['EET', 120], ['EEST', 180], ['WET', 0], ['WEST', 60], ['JST', 540],
]
