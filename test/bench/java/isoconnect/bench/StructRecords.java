// The records of the struct benchmarks: ten fields of mixed types, made from their number alone. Twin of ../../../plugins/struct-connectors/records.js.
package isoconnect.bench;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Date;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;

final class StructRecords {
    static final Schema SCHEMA = SchemaBuilder.struct().name("isoconnect.bench.Order").version(1)
        .field("id", Schema.INT64_SCHEMA)
        .field("seq", Schema.INT32_SCHEMA)
        .field("price", Schema.FLOAT64_SCHEMA)
        .field("active", Schema.BOOLEAN_SCHEMA)
        .field("name", Schema.STRING_SCHEMA)
        .field("city", Schema.STRING_SCHEMA)
        .field("note", Schema.OPTIONAL_STRING_SCHEMA)
        .field("payload", Schema.BYTES_SCHEMA)
        .field("created", Timestamp.SCHEMA)
        .field("amount", Decimal.schema(2))
        .build();
    private static final String[] CITIES = {"Amsterdam", "København", "Zürich", "Lisboa", "Kraków", "Wien", "東京", "Oslo"};
    private static final String[] NOTES = {
        "to be delivered between nine and eleven in the morning", "said \"leave it at the door\" and hung up", "fragile",
        "second attempt, the first one came back", null, "paid in advance by bank transfer on the day before", "gift wrapping, blue", "no comment",
    };
    private static final long EPOCH_MS = 1_700_000_000_000L;

    static Struct of(long id) {
        byte[] payload = new byte[16];
        for (int at = 0; at < payload.length; at++) payload[at] = (byte) (id * 31 + at * 7);
        return new Struct(SCHEMA)
            .put("id", id * 1_000_003)
            .put("seq", (int) (id % 1_000_000))
            .put("price", id * 0.37)
            .put("active", id % 3 == 0)
            .put("name", "customer-" + id)
            .put("city", CITIES[(int) (id % CITIES.length)])
            .put("note", NOTES[(int) (id % NOTES.length)])
            .put("payload", payload)
            .put("created", new Date(EPOCH_MS + id * 1000))
            .put("amount", new BigDecimal(BigInteger.valueOf(id * 7 + 1), 2));
    }

    /** A number that depends on every field of a record, so that no field can be left unread. */
    static int touch(Object value) {
        if (value instanceof Struct) {
            Struct struct = (Struct) value;
            return mix(struct.getInt64("id"), struct.getInt32("seq"), struct.getFloat64("price"), struct.getBoolean("active"), struct.getString("name"), struct.getString("city"),
                struct.getString("note"), struct.getBytes("payload").length, ((Date) struct.get("created")).getTime(), ((BigDecimal) struct.get("amount")).unscaledValue().intValue());
        }
        Map<?, ?> map = (Map<?, ?>) value;
        return mix((Long) map.get("id"), ((Long) map.get("seq")).intValue(), (Double) map.get("price"), (Boolean) map.get("active"), (String) map.get("name"), (String) map.get("city"),
            (String) map.get("note"), ((String) map.get("payload")).length(), (Long) map.get("created"), ((String) map.get("amount")).length());
    }

    private static int mix(long id, int seq, double price, boolean active, String name, String city, String note, int payload, long created, int amount) {
        return (int) (id % 1_000_000_007) ^ seq ^ (int) Math.floor(price) ^ (active ? 1 : 0) ^ (name.length() << 3) ^ (city.length() << 7)
            ^ ((note == null ? 0 : note.length()) << 11) ^ payload ^ (int) (created % 1_000_000_007) ^ amount;
    }
}
