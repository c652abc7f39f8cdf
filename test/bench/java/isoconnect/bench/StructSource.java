// Makes `records` records as fast as it is polled, `batch.size` a poll. Twin of ../../../plugins/struct-connectors/source.js.
package isoconnect.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

public class StructSource extends SourceConnector {
    private Map<String, String> props;

    @Override public String version() { return "1.0.0"; }
    @Override public void start(Map<String, String> props) { this.props = props; }
    @Override public Class<? extends Task> taskClass() { return StructSourceTask.class; }
    @Override public List<Map<String, String>> taskConfigs(int maxTasks) { return List.of(props); }
    @Override public void stop() { }
    @Override public ConfigDef config() { return new ConfigDef(); }

    public static class StructSourceTask extends SourceTask {
        private static final Map<String, String> PARTITION = Map.of("generator", "orders");
        private String topic;
        private long records;
        private int batchSize;
        private long next;

        @Override public String version() { return "1.0.0"; }
        @Override public void start(Map<String, String> props) {
            topic = props.get("topic");
            records = Long.parseLong(props.get("records"));
            batchSize = Integer.parseInt(props.get("batch.size"));
            AllocationFile.keep(props.get("allocation.file"));
        }
        @Override public List<SourceRecord> poll() throws InterruptedException {
            if (next >= records) {
                Thread.sleep(100);
                return null;
            }
            List<SourceRecord> batch = new ArrayList<>(batchSize);
            for (; batch.size() < batchSize && next < records; next++) {
                batch.add(new SourceRecord(PARTITION, Map.of("n", next), topic, StructRecords.SCHEMA, StructRecords.of(next)));
            }
            return batch;
        }
        @Override public void stop() { }
    }
}
