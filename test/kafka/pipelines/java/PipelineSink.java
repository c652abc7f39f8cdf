import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** Writes down what `put` is given, a line each, and `END` when so many records as `expect` says are behind it. Twin of ../guest/index.js. */
public class PipelineSink extends SinkConnector {
    private Map<String, String> props;

    @Override public String version() { return "1.0.0"; }
    @Override public void start(Map<String, String> props) { this.props = props; }
    @Override public Class<? extends Task> taskClass() { return PipelineSinkTask.class; }
    @Override public List<Map<String, String>> taskConfigs(int maxTasks) { return List.of(props); }
    @Override public void stop() { }
    @Override public ConfigDef config() { return new ConfigDef(); }

    public static class PipelineSinkTask extends SinkTask {
        private Path file;
        private long expect;
        private boolean ended;

        @Override public String version() { return "1.0.0"; }
        @Override public void start(Map<String, String> props) {
            file = Path.of(props.get("done"));
            expect = Long.parseLong(props.get("expect"));
        }
        @Override public void put(Collection<SinkRecord> records) {
            StringBuilder lines = new StringBuilder();
            for (SinkRecord record : records) lines.append(line(record)).append('\n');
            append(lines.toString());
        }
        @Override public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
            long sum = 0;
            for (OffsetAndMetadata offset : offsets.values()) sum += offset.offset();
            if (sum >= expect && !ended) {
                append("END\n");
                ended = true;
            }
            return offsets;
        }
        @Override public void stop() { }

        private void append(String text) {
            try {
                Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException cause) {
                throw new IllegalStateException(cause);
            }
        }
        private static String line(SinkRecord record) {
            ObjectNode json = Parity.MAPPER.createObjectNode();
            json.put("topic", record.topic()).put("partition", record.kafkaPartition()).put("offset", record.kafkaOffset());
            json.put("originalTopic", record.originalTopic()).put("originalPartition", record.originalKafkaPartition()).put("originalOffset", record.originalKafkaOffset());
            json.put("timestamp", record.timestamp()).put("timestampType", record.timestampType().toString());
            json.set("keySchema", Tagged.schema(record.keySchema()));
            json.set("key", Tagged.value(record.key()));
            json.set("valueSchema", Tagged.schema(record.valueSchema()));
            json.set("value", Tagged.value(record.value()));
            ArrayNode headers = json.putArray("headers");
            for (Header header : record.headers()) headers.addArray().add(header.key()).add(Tagged.schema(header.schema())).add(Tagged.value(header.value()));
            try {
                return Parity.MAPPER.writeValueAsString(json);
            } catch (IOException cause) {
                throw new IllegalStateException(cause);
            }
        }
    }
}
