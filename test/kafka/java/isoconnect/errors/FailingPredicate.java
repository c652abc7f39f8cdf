package isoconnect.errors;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.predicates.Predicate;

import java.util.Map;

/** Holds for no record, and fails on those whose value says so. */
public class FailingPredicate<R extends ConnectRecord<R>> implements Predicate<R> {
    @Override
    public boolean test(R record) {
        if (String.valueOf(record.value()).startsWith("bad")) throw new DataException("no telling of " + record.value());
        return false;
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    @Override
    public void configure(Map<String, ?> configs) {
    }

    @Override
    public void close() {
    }
}
