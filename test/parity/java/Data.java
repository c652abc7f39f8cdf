import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;

/** Calls on the classes of data, one after the other: each step is an array of a method's name and its arguments (cases.ts, Step). */
final class Data {
    private Data() {}

    static JsonNode headers(JsonNode steps) {
        ConnectHeaders headers = new ConnectHeaders();
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        ArrayNode found = answer.putArray("found");
        for (JsonNode step : steps) {
            String key = step.path(1).textValue();
            Object value = step.has(2) ? Tagged.value(step.get(2)) : null;
            Schema schema = step.has(3) ? Tagged.schema(step.get(3)) : null;
            switch (step.get(0).asText()) {
                case "add" -> headers.add(key, value, schema);
                case "addString" -> headers.addString(key, (String) value);
                case "addBytes" -> headers.addBytes(key, (byte[]) value);
                case "addBoolean" -> headers.addBoolean(key, (Boolean) value);
                case "addByte" -> headers.addByte(key, (Byte) value);
                case "addShort" -> headers.addShort(key, (Short) value);
                case "addInt" -> headers.addInt(key, (Integer) value);
                case "addLong" -> headers.addLong(key, (Long) value);
                case "addFloat" -> headers.addFloat(key, (Float) value);
                case "addDouble" -> headers.addDouble(key, (Double) value);
                case "addList" -> headers.addList(key, (List<?>) value, schema);
                case "addMap" -> headers.addMap(key, (Map<?, ?>) value, schema);
                case "addStruct" -> headers.addStruct(key, (Struct) value);
                case "addDecimal" -> headers.addDecimal(key, (BigDecimal) value);
                case "addDate" -> headers.addDate(key, (java.util.Date) value);
                case "addTime" -> headers.addTime(key, (java.util.Date) value);
                case "addTimestamp" -> headers.addTimestamp(key, (java.util.Date) value);
                case "remove" -> headers.remove(key);
                case "retainLatest" -> headers = (ConnectHeaders) (step.has(1) ? headers.retainLatest(key) : headers.retainLatest());
                case "clear" -> headers.clear();
                case "rename" -> headers.apply(key, header -> header.rename(step.get(2).asText()));
                case "drop" -> headers.apply(key, header -> null);
                case "renameAll" -> headers.apply(header -> header.rename(header.key() + "2"));
                case "last" -> found.add(header(headers.lastWithName(key)));
                case "all" -> {
                    ArrayNode all = found.addArray();
                    for (Iterator<Header> each = headers.allWithName(key); each.hasNext();) all.add(header(each.next()));
                }
                case "print" -> found.add(headers.toString());
                default -> throw new IllegalArgumentException("unknown step " + step);
            }
        }
        answer.put("size", headers.size());
        ArrayNode all = answer.putArray("headers");
        for (Header header : headers) all.add(header(header));
        return answer;
    }

    private static JsonNode header(Header header) {
        return header == null ? Parity.MAPPER.nullNode() : Parity.MAPPER.createArrayNode().add(header.key()).add(Tagged.schema(header.schema())).add(Tagged.value(header.value()));
    }

    static JsonNode struct(JsonNode request) {
        Schema schema = Tagged.schema(request.get("schema"));
        Struct struct = new Struct(schema);
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        ArrayNode found = answer.putArray("found");
        for (JsonNode step : request.get("steps")) {
            String name = step.path(1).textValue();
            switch (step.get(0).asText()) {
                case "put" -> struct.put(name, Tagged.value(step.get(2)));
                case "get" -> found.add(typed(schema, name, struct.get(name)));
                case "getWithoutDefault" -> found.add(typed(schema, name, struct.getWithoutDefault(name)));
                case "getInt8" -> found.add(typed(schema, name, struct.getInt8(name)));
                case "getInt16" -> found.add(typed(schema, name, struct.getInt16(name)));
                case "getInt32" -> found.add(typed(schema, name, struct.getInt32(name)));
                case "getInt64" -> found.add(typed(schema, name, struct.getInt64(name)));
                case "getFloat32" -> found.add(typed(schema, name, struct.getFloat32(name)));
                case "getFloat64" -> found.add(typed(schema, name, struct.getFloat64(name)));
                case "getBoolean" -> found.add(typed(schema, name, struct.getBoolean(name)));
                case "getString" -> found.add(typed(schema, name, struct.getString(name)));
                case "getBytes" -> found.add(typed(schema, name, struct.getBytes(name)));
                case "getArray" -> found.add(typed(schema, name, struct.getArray(name)));
                case "getMap" -> found.add(typed(schema, name, struct.getMap(name)));
                case "getStruct" -> found.add(typed(schema, name, struct.getStruct(name)));
                case "validate" -> struct.validate();
                case "print" -> found.add(struct.toString());
                default -> throw new IllegalArgumentException("unknown step " + step);
            }
        }
        return answer;
    }

    /** A value with its schema, so that its integers have a width. */
    private static JsonNode typed(Schema schema, String name, Object value) {
        ObjectNode json = Parity.MAPPER.createObjectNode();
        json.set("schema", Tagged.schema(schema.field(name).schema()));
        json.set("value", Tagged.value(value));
        return json;
    }

    static JsonNode builder(JsonNode request) {
        Schema.Type type = Schema.Type.valueOf(request.get("type").asText());
        SchemaBuilder builder = switch (type) {
            case ARRAY -> SchemaBuilder.array(Tagged.schema(request.get("element")));
            case MAP -> SchemaBuilder.map(Tagged.schema(request.get("key")), Tagged.schema(request.get("element")));
            default -> SchemaBuilder.type(type);
        };
        for (JsonNode step : request.get("steps")) {
            switch (step.get(0).asText()) {
                case "optional" -> builder.optional();
                case "required" -> builder.required();
                case "name" -> builder.name(literal(step.get(1)));
                case "version" -> builder.version(step.get(1).intValue());
                case "doc" -> builder.doc(literal(step.get(1)));
                case "parameter" -> builder.parameter(step.get(1).textValue(), step.get(2).textValue());
                case "field" -> builder.field(step.get(1).textValue(), Tagged.schema(step.get(2)));
                case "default" -> builder.defaultValue(Tagged.value(step.get(1)));
                default -> throw new IllegalArgumentException("unknown step " + step);
            }
        }
        Schema built = builder.build();
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        answer.set("schema", Tagged.schema(built));
        return answer.put("text", built.toString());
    }

    /** As in code: equal texts are one object, which is what SchemaBuilder compares. */
    private static String literal(JsonNode text) {
        return text.isNull() ? null : text.textValue().intern();
    }

    /** From or to what a logical schema stands on. */
    static JsonNode logical(JsonNode request) {
        Schema schema = Tagged.schema(request.get("schema"));
        Object value = Tagged.value(request.get("value"));
        boolean from = request.get("from").asBoolean();
        Object result = switch (request.get("as").asText()) {
            case "Decimal" -> from ? Decimal.fromLogical(schema, (BigDecimal) value) : Decimal.toLogical(schema, (byte[]) value);
            case "Date" -> from ? Date.fromLogical(schema, (java.util.Date) value) : Date.toLogical(schema, (Integer) value);
            case "Time" -> from ? Time.fromLogical(schema, (java.util.Date) value) : Time.toLogical(schema, (Integer) value);
            default -> from ? Timestamp.fromLogical(schema, (java.util.Date) value) : Timestamp.toLogical(schema, (Long) value);
        };
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        return answer.set("value", Tagged.value(result));
    }
}
