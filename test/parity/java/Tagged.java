import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/** Schemas and values as tagged JSON, exactly: the same encoding as test/parity/tagged.ts, where it is drawn. */
final class Tagged {
    /** The same schema for the same text: one with a struct as its default is equal to nothing but itself. */
    private static final Map<JsonNode, Schema> SCHEMAS = new HashMap<>();

    private Tagged() {}

    static Schema schema(JsonNode json) {
        if (json == null || json.isNull()) return null;
        Schema known = SCHEMAS.get(json);
        if (known != null) return known;
        Schema built = build(json);
        SCHEMAS.put(json, built);
        return built;
    }

    private static Schema build(JsonNode json) {
        Schema.Type type = Schema.Type.valueOf(json.get("t").asText());
        SchemaBuilder builder = switch (type) {
            case ARRAY -> isNull(json.get("e")) ? special("arrayOfNull") : SchemaBuilder.array(schema(json.get("e")));
            case MAP -> isNull(json.get("k")) ? special("mapOfNull") : isNull(json.get("e")) ? special("mapWithNullValues", schema(json.get("k"))) : SchemaBuilder.map(schema(json.get("k")), schema(json.get("e")));
            default -> new SchemaBuilder(type);
        };
        if (json.path("o").asBoolean()) builder.optional();
        if (json.has("n")) builder.name(json.get("n").asText());
        if (json.has("v")) builder.version(json.get("v").asInt());
        if (json.has("doc")) builder.doc(json.get("doc").asText());
        if (json.has("p")) for (JsonNode pair : json.get("p")) builder.parameter(pair.get(0).asText(), pair.get(1).asText());
        if (json.has("f")) for (JsonNode pair : json.get("f")) builder.field(pair.get(0).asText(), schema(pair.get(1)));
        if (json.has("d")) builder.defaultValue(type == Schema.Type.STRUCT ? struct(builder, json.get("d").get(2)) : value(json.get("d")));
        return builder.build();
    }

    private static Struct struct(Schema schema, JsonNode values) {
        Struct struct = new Struct(schema);
        for (Field field : schema.fields()) struct.put(field, value(values.get(field.index())));
        return struct;
    }

    /** The builders that only Kafka's own parser of texts may call. */
    private static SchemaBuilder special(String name, Schema... keySchema) {
        try {
            var method = keySchema.length == 0 ? SchemaBuilder.class.getDeclaredMethod(name) : SchemaBuilder.class.getDeclaredMethod(name, Schema.class);
            method.setAccessible(true);
            return (SchemaBuilder) method.invoke(null, (Object[]) keySchema);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    private static boolean isNull(JsonNode json) {
        return json == null || json.isNull();
    }

    static JsonNode schema(Schema schema) {
        if (schema == null) return Parity.MAPPER.nullNode();
        ObjectNode json = Parity.MAPPER.createObjectNode();
        json.put("t", schema.type().name());
        if (schema.isOptional()) json.put("o", true);
        if (schema.name() != null) json.put("n", schema.name());
        if (schema.version() != null) json.put("v", schema.version());
        if (schema.doc() != null) json.put("doc", schema.doc());
        if (schema.parameters() != null) {
            ArrayNode pairs = json.putArray("p");
            schema.parameters().forEach((key, item) -> pairs.addArray().add(key).add(item));
        }
        if (schema.type() == Schema.Type.STRUCT) {
            ArrayNode fields = json.putArray("f");
            for (Field field : schema.fields()) fields.addArray().add(field.name()).add(schema(field.schema()));
        }
        if (schema.type() == Schema.Type.MAP) json.set("k", schema(schema.keySchema()));
        if (schema.type() == Schema.Type.MAP || schema.type() == Schema.Type.ARRAY) json.set("e", schema(schema.valueSchema()));
        if (schema.defaultValue() instanceof Struct struct) json.putArray("d").add("s").addNull().add(fields(struct));
        else if (schema.defaultValue() != null) json.set("d", value(schema.defaultValue()));
        return json;
    }

    static Object value(JsonNode json) {
        if (json == null || json.isNull()) return null;
        if (json.isTextual()) return json.textValue();
        JsonNode content = json.get(1);
        switch (json.get(0).asText()) {
            case "b": return content.booleanValue();
            case "i8": return Byte.valueOf(content.asText());
            case "i16": return Short.valueOf(content.asText());
            case "i32": return Integer.valueOf(content.asText());
            case "i64": return Long.valueOf(content.asText());
            case "f32": return (float) Double.parseDouble(content.asText());
            case "f64": return Double.parseDouble(content.asText());
            case "dec": return new BigDecimal(new BigInteger(content.asText()), json.get(2).asInt());
            case "y": return Base64.getDecoder().decode(content.asText());
            case "date": return new java.util.Date(content.longValue());
            case "l": {
                List<Object> list = new ArrayList<>();
                for (JsonNode item : content) list.add(value(item));
                return list;
            }
            case "m": {
                Map<Object, Object> map = new LinkedHashMap<>();
                for (JsonNode pair : content) map.put(value(pair.get(0)), value(pair.get(1)));
                return map;
            }
            case "s": {
                Schema schema = schema(content);
                Struct struct = new Struct(schema);
                for (int index = 0; index < schema.fields().size(); index++) struct.put(schema.fields().get(index), value(json.get(2).get(index)));
                return struct;
            }
            default: throw new IllegalArgumentException("unknown tag " + json);
        }
    }

    static JsonNode value(Object value) {
        if (value == null) return Parity.MAPPER.nullNode();
        if (value instanceof String text) return Parity.MAPPER.getNodeFactory().textNode(text);
        ArrayNode json = Parity.MAPPER.createArrayNode();
        if (value instanceof Boolean flag) return json.add("b").add(flag);
        if (value instanceof Byte) return json.add("i8").add(value.toString());
        if (value instanceof Short) return json.add("i16").add(value.toString());
        if (value instanceof Integer) return json.add("i32").add(value.toString());
        if (value instanceof Long) return json.add("i64").add(value.toString());
        if (value instanceof Float number) return json.add("f32").add(Double.toString(number.doubleValue()));
        if (value instanceof Double) return json.add("f64").add(value.toString());
        if (value instanceof BigDecimal decimal) return json.add("dec").add(decimal.unscaledValue().toString()).add(decimal.scale());
        if (value instanceof byte[] bytes) return json.add("y").add(Base64.getEncoder().encodeToString(bytes));
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return json.add("y").add(Base64.getEncoder().encodeToString(bytes));
        }
        if (value instanceof java.util.Date date) return json.add("date").add(date.getTime());
        if (value instanceof List<?> list) {
            ArrayNode items = json.add("l").addArray();
            for (Object item : list) items.add(value(item));
            return json;
        }
        if (value instanceof Map<?, ?> map) {
            ArrayNode pairs = json.add("m").addArray();
            map.forEach((key, item) -> pairs.addArray().add(value(key)).add(value(item)));
            return json;
        }
        if (value instanceof Struct struct) {
            return json.add("s").add(schema(struct.schema())).add(fields(struct));
        }
        throw new IllegalArgumentException("a value of " + value.getClass());
    }

    private static ArrayNode fields(Struct struct) {
        ArrayNode fields = Parity.MAPPER.createArrayNode();
        for (Field field : struct.schema().fields()) fields.add(value(struct.getWithoutDefault(field.name())));
        return fields;
    }
}
