package quern.curation.library;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import quern.curation.Arguments;

/** Samples that a recipe holds itself, or names a JSONL file of. */
final class SampleList {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int SAMPLES_MAX = 10_000;

    private SampleList() {}

    /**
     * @param limit parameter that says how many of the first are taken; empty: all
     * @throws IllegalArgumentException if they cannot be read
     */
    static List<ObjectNode> read(Arguments arguments, String parameter, String limit) {
        Long wanted = limit.isEmpty() ? null : arguments.wholeOrNull(limit);
        int max = wanted == null ? SAMPLES_MAX : arguments.whole(limit, 1, SAMPLES_MAX);
        Object given = arguments.samples(parameter);
        if (given instanceof String path) {
            return file(parameter, path, max, wanted != null);
        }
        List<ObjectNode> samples = new ArrayList<>();
        for (Object one : given instanceof List<?> list ? list : List.of()) {
            if (samples.size() == max) {
                break;
            }
            samples.add(MAPPER.valueToTree(one));
        }
        return samples;
    }

    /** @param cut whether what is beyond the limit may be left out */
    static List<ObjectNode> file(String parameter, String path, int max, boolean cut) {
        List<ObjectNode> samples = new ArrayList<>();
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(Path.of(path))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                if (samples.size() == max) {
                    if (cut) {
                        break;
                    }
                    throw new IllegalArgumentException(parameter + " " + path + " has more than " + max + " samples");
                }
                if (!(MAPPER.readTree(line) instanceof ObjectNode sample)) {
                    throw new IllegalArgumentException(parameter + " " + path + ", line " + number
                            + " is no JSON object");
                }
                samples.add(sample);
            }
            return samples;
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(parameter + " " + path + (number == 0 ? "" : ", line " + number)
                    + " cannot be read: " + e.getMessage(), e);
        }
    }
}
