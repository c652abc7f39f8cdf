import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Kafka's own classes on the cases of test/parity: one JSON line in, one JSON line out, until standard input ends. */
public final class Parity {
    static final ObjectMapper MAPPER = new ObjectMapper();

    static {
        // lone surrogates cross as escapes
        MAPPER.getFactory().enable(JsonGenerator.Feature.ESCAPE_NON_ASCII);
        MAPPER.getFactory().setStreamReadConstraints(com.fasterxml.jackson.core.StreamReadConstraints.builder().maxNestingDepth(100_000).maxStringLength(100_000_000).maxNumberLength(1_000_000).build());
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.UTF_8);
        // whatever a library prints must not look like an answer
        System.setOut(System.err);
        Operations operations = new Operations();
        String line;
        while ((line = in.readLine()) != null) {
            JsonNode request = MAPPER.readTree(line);
            JsonNode answer;
            if (request.isArray()) {
                ArrayNode answers = MAPPER.createArrayNode();
                for (JsonNode each : request) answers.add(answer(operations, each));
                answer = answers;
            } else {
                answer = answer(operations, request);
            }
            out.println(MAPPER.writeValueAsString(answer));
            out.flush();
        }
    }

    private static JsonNode answer(Operations operations, JsonNode request) {
        try {
            return operations.run(request);
        } catch (Throwable error) {
            ObjectNode answer = MAPPER.createObjectNode();
            ArrayNode chain = answer.putArray("error");
            for (Throwable each = error; each != null && chain.size() < 5; each = each.getCause()) {
                chain.addObject().put("class", each.getClass().getName()).put("message", each.getMessage());
            }
            return answer;
        }
    }
}
