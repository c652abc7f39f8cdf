import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/** Sends the records of the file `records`; when all are acknowledged or dropped, the file `done` says what each has come to. Twin of ../guest/index.js. */
public class PipelineSource extends SourceConnector {
    private Map<String, String> props;

    @Override public String version() { return "1.0.0"; }
    @Override public void start(Map<String, String> props) { this.props = props; }
    @Override public Class<? extends Task> taskClass() { return PipelineSourceTask.class; }
    @Override public List<Map<String, String>> taskConfigs(int maxTasks) { return List.of(props); }
    @Override public void stop() { }
    @Override public ConfigDef config() { return new ConfigDef(); }

    public static class PipelineSourceTask extends SourceTask {
        private JsonNode records;
        private Path done;
        private int batchSize;
        private int next;
        private final Map<Integer, JsonNode> ends = new HashMap<>();

        @Override public String version() { return "1.0.0"; }
        @Override public void start(Map<String, String> props) {
            try {
                records = Parity.MAPPER.readTree(Path.of(props.get("records")).toFile());
            } catch (IOException cause) {
                throw new IllegalStateException(cause);
            }
            done = Path.of(props.get("done"));
            batchSize = Integer.parseInt(props.get("batch.size"));
        }
        @Override public List<SourceRecord> poll() throws InterruptedException {
            if (next >= records.size()) {
                Thread.sleep(50);
                return null;
            }
            List<SourceRecord> batch = new ArrayList<>();
            for (; batch.size() < batchSize && next < records.size(); next++) batch.add(record(records.get(next), next));
            return batch;
        }
        @Override public synchronized void commitRecord(SourceRecord record, RecordMetadata metadata) {
            ArrayNode end = Parity.MAPPER.createArrayNode();
            if (metadata != null) end.add(metadata.topic()).add(metadata.partition()).add(metadata.offset()).add(metadata.timestamp());
            ends.put(((Number) record.sourceOffset().get("n")).intValue(), metadata == null ? null : end);
            if (ends.size() < records.size()) return;
            ArrayNode all = Parity.MAPPER.createArrayNode();
            for (int index = 0; index < records.size(); index++) all.add(ends.get(index));
            try {
                Files.writeString(done, all + "\nEND\n");
            } catch (IOException cause) {
                throw new IllegalStateException(cause);
            }
        }
        @Override public void stop() { }

        private static SourceRecord record(JsonNode json, int n) {
            ConnectHeaders headers = new ConnectHeaders();
            for (JsonNode header : json.path("headers")) headers.add(header.get(0).asText(), Tagged.value(header.get(2)), Tagged.schema(header.get(1)));
            return new SourceRecord(Map.of("file", "records"), Map.of("n", (long) n), json.get("topic").asText(), isNull(json.get("partition")) ? null : json.get("partition").asInt(),
                Tagged.schema(json.get("keySchema")), Tagged.value(json.get("key")), Tagged.schema(json.get("valueSchema")), Tagged.value(json.get("value")),
                isNull(json.get("timestamp")) ? null : json.get("timestamp").asLong(), headers);
        }
        private static boolean isNull(JsonNode json) {
            return json == null || json.isNull();
        }
    }
}
