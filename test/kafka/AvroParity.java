import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** One JSON line in, one out: Apache Avro's own text of a schema, and a value read by it and written again (as another schema where one is given). */
public final class AvroParity {
  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode answer = mapper.createObjectNode();
      try {
        JsonNode given = mapper.readTree(line);
        Schema schema = new Schema.Parser().parse(given.get("schema").asText());
        answer.put("schema", schema.toString());
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(HexFormat.of().parseHex(given.get("hex").asText()), null);
        Object value = new GenericDatumReader<Object>(schema).read(null, decoder);
        answer.put("end", decoder.isEnd());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        Schema as = given.has("as") ? new Schema.Parser().parse(given.get("as").asText()) : schema;
        new GenericDatumWriter<Object>(as).write(value, encoder);
        encoder.flush();
        answer.put("hex", HexFormat.of().formatHex(bytes.toByteArray()));
      } catch (Exception error) {
        answer.put("error", error.toString());
      }
      out.println(mapper.writeValueAsString(answer));
    }
    out.flush();
  }
}
