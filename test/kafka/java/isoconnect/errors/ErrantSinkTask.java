package isoconnect.errors;

import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

import java.util.Collection;
import java.util.Map;

/** `report`: the record as it was delivered; `silent`: with an exception that says nothing; `made`: another record in its place. */
public class ErrantSinkTask extends SinkTask {
    @Override
    public void start(Map<String, String> props) {
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        ErrantRecordReporter reporter = context.errantRecordReporter();
        for (SinkRecord record : records) {
            String value = String.valueOf(record.value());
            if (value.startsWith("report")) {
                reporter.report(record, new DataException("cannot take " + value, new IllegalStateException("it is full")));
            } else if (value.startsWith("silent")) {
                reporter.report(record, new ConnectException((String) null));
            } else if (value.startsWith("made")) {
                reporter.report(new SinkRecord(record.topic(), record.kafkaPartition(), record.keySchema(), "made key", record.valueSchema(), "made value",
                    record.kafkaOffset(), record.timestamp(), record.timestampType(), record.headers()), new DataException("made anew"));
            }
        }
    }

    @Override
    public void stop() {
    }

    @Override
    public String version() {
        return "1.0.0";
    }
}
