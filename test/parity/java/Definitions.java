import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.runtime.AbstractHerder;
import org.apache.kafka.connect.runtime.rest.entities.ConfigValueInfo;

/** ConfigDefs made as a case says (cases.ts, KeySpec), and what they say of a configuration. */
final class Definitions {
    private Definitions() {}

    static ConfigDef made(JsonNode request) {
        ConfigDef definition = defined(request.get("keys"));
        if (request.has("embedded")) {
            JsonNode embedded = request.get("embedded");
            definition.embed(embedded.get("prefix").asText(), embedded.get("group").asText(), embedded.get("order").asInt(), defined(embedded.get("keys")));
        }
        return definition;
    }

    private static ConfigDef defined(JsonNode keys) {
        ConfigDef definition = new ConfigDef();
        for (JsonNode key : keys) {
            definition.define(new ConfigDef.ConfigKey(
                    key.get("name").asText(), ConfigDef.Type.valueOf(key.get("type").asText()), key.has("default") ? key.get("default").textValue() : ConfigDef.NO_DEFAULT_VALUE, validator(key.get("validator")),
                    ConfigDef.Importance.valueOf(key.path("importance").asText("MEDIUM")), "", key.has("group") ? key.get("group").textValue() : null, key.path("order").asInt(-1),
                    ConfigDef.Width.valueOf(key.path("width").asText("NONE")), key.path("display").asText(key.get("name").asText()), texts(key.path("dependents")), recommender(key.get("recommender")), key.path("internal").asBoolean()));
        }
        return definition;
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    private static ConfigDef.Validator validator(JsonNode spec) {
        if (spec == null || spec.isNull()) return null;
        JsonNode first = spec.get(1);
        return switch (spec.get(0).asText()) {
            case "atLeast" -> ConfigDef.Range.atLeast(number(first));
            case "between" -> ConfigDef.Range.between(number(first), number(spec.get(2)));
            case "in" -> ConfigDef.ValidString.in(texts(first).toArray(String[]::new));
            case "inIgnoringCase" -> ConfigDef.CaseInsensitiveValidString.in(texts(first).toArray(String[]::new));
            case "anyList" -> ConfigDef.ValidList.anyNonDuplicateValues(first.asBoolean(), spec.get(2).asBoolean());
            case "listIn" -> ConfigDef.ValidList.in(first.asBoolean(), texts(spec.get(2)).toArray(String[]::new));
            case "nonNull" -> new ConfigDef.NonNullValidator();
            case "nonEmpty" -> new ConfigDef.NonEmptyString();
            case "noControl" -> ConfigDef.NonEmptyStringWithoutControlChars.nonEmptyStringWithoutControlChars();
            case "listSize" -> ConfigDef.ListSize.atMostOfSize(first.asInt());
            case "all" -> ConfigDef.CompositeValidator.of(StreamSupport.stream(first.spliterator(), false).map(Definitions::validator).toArray(ConfigDef.Validator[]::new));
            case "refusing" -> ConfigDef.LambdaValidator.with((name, value) -> {
                if (String.valueOf(value).equals(first.asText())) throw new ConfigException(name, value, "refused");
            }, () -> "not " + first.asText());
            default -> throw new IllegalArgumentException("unknown validator " + spec);
        };
    }

    private static Number number(JsonNode json) {
        String text = json.asText();
        return text.contains(".") ? (Number) Double.valueOf(text) : (Number) Long.valueOf(text);
    }

    /** What it offers, and the key and text without which it hides its own. */
    private static ConfigDef.Recommender recommender(JsonNode spec) {
        if (spec == null || spec.isNull()) return null;
        return new ConfigDef.Recommender() {
            @Override
            public List<Object> validValues(String name, Map<String, Object> parsed) {
                if (spec.path("fails").asBoolean()) throw new ConfigException("nothing to offer for " + name);
                return new ArrayList<>(texts(spec.path("values")));
            }

            @Override
            public boolean visible(String name, Map<String, Object> parsed) {
                return !spec.has("when") || spec.get("when").get(1).asText().equals(String.valueOf(parsed.get(spec.get("when").get(0).asText())));
            }
        };
    }

    static JsonNode keys(ConfigDef definition) {
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        answer.putPOJO("names", List.copyOf(definition.configKeys().keySet()));
        answer.putPOJO("groups", definition.groups());
        answer.putPOJO("validators", definition.configKeys().values().stream().map(key -> key.validator == null ? "" : key.validator.toString()).toList());
        answer.set("keys", Parity.MAPPER.valueToTree(definition.configKeys().values().stream().map(AbstractHerder::convertConfigKey).toList()));
        return answer;
    }

    /** What a client can be told; its validators say nothing in Connect's validation. */
    static JsonNode ofClient(String client) {
        ConfigDef definition = switch (client) {
            case "producer" -> ProducerConfig.configDef();
            case "consumer" -> ConsumerConfig.configDef();
            default -> AdminClientConfig.configDef();
        };
        return Parity.MAPPER.createObjectNode().set("keys", Parity.MAPPER.valueToTree(definition.configKeys().values().stream().map(AbstractHerder::convertConfigKey).toList()));
    }

    static JsonNode values(ConfigDef definition, Map<String, String> config) {
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        List<ConfigValueInfo> values = new ArrayList<>();
        for (ConfigValue value : definition.validate(config)) {
            ConfigDef.ConfigKey key = definition.configKeys().get(value.name());
            ConfigDef.Type type = key == null ? null : key.type;
            ConfigDef.Type each = type == ConfigDef.Type.LIST ? ConfigDef.Type.STRING : type;
            List<String> recommended = value.recommendedValues().stream().map(item -> ConfigDef.convertToString(item, each)).toList();
            values.add(new ConfigValueInfo(value.name(), ConfigDef.convertToString(value.value(), type), recommended, value.errorMessages(), value.visible()));
        }
        answer.set("values", Parity.MAPPER.valueToTree(values));
        return answer;
    }

    static JsonNode parsed(ConfigDef definition, Map<String, String> config) {
        ObjectNode answer = Parity.MAPPER.createObjectNode();
        ObjectNode parsed = answer.putObject("parsed");
        Map<String, Object> values = new LinkedHashMap<>(definition.parse(config));
        definition.configKeys().forEach((name, key) -> parsed.put(name, ConfigDef.convertToString(values.get(name), key.type)));
        return answer;
    }
}
