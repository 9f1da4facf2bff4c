package quern.inference.format;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The JSON files of a model directory, read within limits. */
final class JsonFiles {

    private static final int DEPTH_MAX = 64;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxStringLength(1 << 22)
                            .maxNameLength(1 << 16)
                            .build())
                    // The names of a vocabulary are all different: keeping them for reuse takes most of the time.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private JsonFiles() {}

    /** @throws ModelFormatException if the file is absent, larger than {@code bytesMax} or no JSON object */
    static JsonNode object(Path file, long bytesMax) {
        JsonNode root = root(file, bytesMax);
        if (!root.isObject()) {
            throw new ModelFormatException(file.toString(), "is no JSON object");
        }
        return root;
    }

    /** @throws ModelFormatException if the file is absent, larger than {@code bytesMax} or no JSON array */
    static JsonNode array(Path file, long bytesMax) {
        JsonNode root = root(file, bytesMax);
        if (!root.isArray()) {
            throw new ModelFormatException(file.toString(), "is no JSON array");
        }
        return root;
    }

    private static JsonNode root(Path file, long bytesMax) {
        String where = file.toString();
        try {
            long bytes = Files.size(file);
            if (bytes > bytesMax) {
                throw new ModelFormatException(where, bytes + " bytes, at most " + bytesMax);
            }
            JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
            return root == null ? MissingNode.getInstance() : root;
        } catch (JacksonException malformed) {
            throw new ModelFormatException(where, "is no JSON: " + malformed.getOriginalMessage(), malformed);
        } catch (NoSuchFileException absent) {
            throw new ModelFormatException(where, "does not exist", absent);
        } catch (IOException failed) {
            throw new ModelFormatException(where, "cannot be read", failed);
        }
    }

    /** The same for a file that may be absent; then a node without members. */
    static JsonNode objectIfPresent(Path file, long bytesMax) {
        return Files.isRegularFile(file) ? object(file, bytesMax) : MissingNode.getInstance();
    }
}
