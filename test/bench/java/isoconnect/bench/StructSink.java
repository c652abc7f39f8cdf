// Reads every field of every record and writes how many it has had, and their checksum, to a file once a put. Twin of ../../../plugins/struct-connectors/sink.js.
package isoconnect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

public class StructSink extends SinkConnector {
    private Map<String, String> props;

    @Override public String version() { return "1.0.0"; }
    @Override public void start(Map<String, String> props) { this.props = props; }
    @Override public Class<? extends Task> taskClass() { return StructSinkTask.class; }
    @Override public List<Map<String, String>> taskConfigs(int maxTasks) { return List.of(props); }
    @Override public void stop() { }
    @Override public ConfigDef config() { return new ConfigDef(); }

    public static class StructSinkTask extends SinkTask {
        private Path file;
        private long count;
        private int checksum;

        @Override public String version() { return "1.0.0"; }
        @Override public void start(Map<String, String> props) {
            file = Path.of(props.get("file"));
            AllocationFile.keep(props.get("allocation.file"));
        }
        @Override public void put(Collection<SinkRecord> records) {
            if (records.isEmpty()) return;
            for (SinkRecord record : records) checksum = checksum * 31 + StructRecords.touch(record.value());
            count += records.size();
            try {
                Files.writeString(file, count + " " + checksum);
            } catch (IOException cause) {
                throw new ConnectException(cause);
            }
        }
        @Override public void stop() { }
    }
}
