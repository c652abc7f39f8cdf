import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaProjector;
import org.apache.kafka.connect.data.Values;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/** What a case may ask for. Plugins are made once for each class and configuration. */
final class Operations {
    private final Map<String, Object> plugins = new HashMap<>();

    JsonNode run(JsonNode request) throws Exception {
        return switch (request.get("op").asText()) {
            case "fromConnect" -> fromConnect(request);
            case "toConnect" -> toConnect(request);
            case "configure" -> {
                create(request.get("class").asText(), config(request), request.path("as").asText("value"));
                yield Parity.MAPPER.createObjectNode().put("configured", true);
            }
            case "parseString" -> pair(Values.parseString(request.get("text").textValue()));
            case "convert" -> value(convert(request));
            case "inferSchema" -> Parity.MAPPER.createObjectNode().set("schema", Tagged.schema(Values.inferSchema(Tagged.value(request.get("value")))));
            case "project" -> {
                Schema target = Tagged.schema(request.get("target"));
                yield pair(new SchemaAndValue(target, SchemaProjector.project(Tagged.schema(request.get("source")), Tagged.value(request.get("value")), target)));
            }
            case "transform" -> transform(request);
            case "test" -> test(request);
            case "configDef" -> Definitions.keys(definition(request.get("class").asText()));
            case "validate" -> Definitions.values(definition(request.get("class").asText()), config(request));
            case "headers" -> Data.headers(request.get("steps"));
            case "struct" -> Data.struct(request);
            case "build" -> Data.builder(request);
            case "logical" -> Data.logical(request);
            case "clientDef" -> Definitions.ofClient(request.get("client").asText());
            case "define" -> Definitions.keys(Definitions.made(request));
            case "defineAndValidate" -> Definitions.values(Definitions.made(request), config(request));
            case "defineAndParse" -> Definitions.parsed(Definitions.made(request), config(request));
            default -> throw new IllegalArgumentException("unknown op " + request);
        };
    }

    private static Map<String, String> config(JsonNode request) {
        Map<String, String> config = new LinkedHashMap<>();
        if (request.has("config")) request.get("config").properties().forEach(entry -> config.put(entry.getKey(), entry.getValue().textValue()));
        return config;
    }

    private Object plugin(JsonNode request) throws Exception {
        String className = request.get("class").asText();
        Map<String, String> config = config(request);
        String as = request.path("as").asText("value");
        String key = className + " " + as + " " + config;
        Object known = plugins.get(key);
        if (known == null) {
            known = create(className, config, as);
            plugins.put(key, known);
        }
        return known;
    }

    private static Object create(String className, Map<String, String> config, String as) throws Exception {
        Object made = Class.forName(className).getDeclaredConstructor().newInstance();
        if (made instanceof Converter converter && !as.equals("header")) {
            converter.configure(config, as.equals("key"));
        } else if (made instanceof HeaderConverter converter) {
            Map<String, String> all = new HashMap<>(config);
            all.put("converter.type", "header");
            converter.configure(all);
        } else {
            ((org.apache.kafka.common.Configurable) made).configure(config);
        }
        return made;
    }

    private JsonNode fromConnect(JsonNode request) throws Exception {
        Schema schema = Tagged.schema(request.get("schema"));
        Object value = Tagged.value(request.get("value"));
        Object plugin = plugin(request);
        byte[] bytes = request.path("as").asText("value").equals("header") ? ((HeaderConverter) plugin).fromConnectHeader("t", "h", schema, value) : ((Converter) plugin).fromConnectData("t", schema, value);
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        return bytes == null ? answer.putNull("bytes") : answer.put("bytes", Base64.getEncoder().encodeToString(bytes));
    }

    private JsonNode toConnect(JsonNode request) throws Exception {
        byte[] bytes = request.get("bytes").isNull() ? null : Base64.getDecoder().decode(request.get("bytes").asText());
        Object plugin = plugin(request);
        return pair(request.path("as").asText("value").equals("header") ? ((HeaderConverter) plugin).toConnectHeader("t", "h", bytes) : ((Converter) plugin).toConnectData("t", bytes));
    }

    private static JsonNode pair(SchemaAndValue found) {
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        answer.set("schema", Tagged.schema(found == null ? null : found.schema()));
        answer.set("value", Tagged.value(found == null ? null : found.value()));
        return answer;
    }

    private static JsonNode value(Object value) {
        return Parity.MAPPER.createObjectNode().set("value", Tagged.value(value));
    }

    private static Object convert(JsonNode request) {
        Schema schema = Tagged.schema(request.get("schema"));
        Object value = Tagged.value(request.get("value"));
        return switch (request.get("to").asText()) {
            case "Boolean" -> Values.convertToBoolean(schema, value);
            case "Byte" -> Values.convertToByte(schema, value);
            case "Short" -> Values.convertToShort(schema, value);
            case "Integer" -> Values.convertToInteger(schema, value);
            case "Long" -> Values.convertToLong(schema, value);
            case "Float" -> Values.convertToFloat(schema, value);
            case "Double" -> Values.convertToDouble(schema, value);
            case "String" -> Values.convertToString(schema, value);
            case "List" -> Values.convertToList(schema, value);
            case "Map" -> Values.convertToMap(schema, value);
            case "Struct" -> Values.convertToStruct(schema, value);
            case "Date" -> Values.convertToDate(schema, value);
            case "Time" -> Values.convertToTime(schema, value);
            case "Timestamp" -> Values.convertToTimestamp(schema, value);
            case "Decimal" -> Values.convertToDecimal(schema, value, request.get("scale").asInt());
            default -> throw new IllegalArgumentException("unknown conversion " + request);
        };
    }

    /** With an offset it is a record of a sink, else one of a source. */
    private static ConnectRecord<?> record(JsonNode json) {
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode header : json.path("headers")) headers.add(header.get(0).asText(), new SchemaAndValue(Tagged.schema(header.get(1)), Tagged.value(header.get(2))));
        String topic = json.get("topic").textValue();
        Integer partition = json.path("partition").isNumber() ? json.get("partition").intValue() : null;
        Long timestamp = json.path("timestamp").isNumber() ? json.get("timestamp").longValue() : null;
        Schema keySchema = Tagged.schema(json.get("keySchema"));
        Schema valueSchema = Tagged.schema(json.get("valueSchema"));
        Object key = Tagged.value(json.get("key"));
        Object value = Tagged.value(json.get("value"));
        return json.has("offset")
                ? new SinkRecord(topic, partition, keySchema, key, valueSchema, value, json.get("offset").longValue(), timestamp, timestamp == null ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME, headers)
                : new SourceRecord(Map.of(), Map.of(), topic, partition, keySchema, key, valueSchema, value, timestamp, headers);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private JsonNode transform(JsonNode request) throws Exception {
        ConnectRecord<?> result = ((Transformation) plugin(request)).apply(record(request.get("record")));
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        if (result == null) return answer.putNull("record");
        ObjectNode json = answer.putObject("record");
        json.put("topic", result.topic());
        json.put("partition", result.kafkaPartition());
        json.put("timestamp", result.timestamp());
        if (result instanceof SinkRecord sink) json.put("offset", sink.kafkaOffset());
        json.set("keySchema", Tagged.schema(result.keySchema()));
        json.set("key", Tagged.value(result.key()));
        json.set("valueSchema", Tagged.schema(result.valueSchema()));
        json.set("value", Tagged.value(result.value()));
        ArrayNode headers = json.putArray("headers");
        for (Header header : result.headers()) headers.addArray().add(header.key()).add(Tagged.schema(header.schema())).add(Tagged.value(header.value()));
        return answer;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private JsonNode test(JsonNode request) throws Exception {
        return Parity.MAPPER.createObjectNode().put("result", ((Predicate) plugin(request)).test(record(request.get("record"))));
    }

    private static ConfigDef definition(String className) throws Exception {
        Object plugin = Class.forName(className).getDeclaredConstructor().newInstance();
        if (plugin instanceof Converter converter) return converter.config();
        if (plugin instanceof HeaderConverter converter) return converter.config();
        if (plugin instanceof Predicate<?> predicate) return predicate.config();
        return ((Transformation<?>) plugin).config();
    }
}
