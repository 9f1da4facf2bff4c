package quern.curation.grouper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import quern.curation.Draft;
import quern.curation.Grouper;
import quern.curation.RunException;
import quern.curation.SampleException;

/**
 * Takes samples whose fields are lists apart again: the first values make the first sample, and so on.
 *
 * <p>Recipe key {@code naive_reverse_grouper}. What aggregators wrote under {@code __dj__batch_meta__} does not go on;
 * it is written to a file, a line for each group, where one is named. Compatible with Data-Juicer 1.4.3.
 *
 * @param batchMetaFile null to write none
 */
public record ReverseGrouper(Path batchMetaFile) implements Grouper {

    /** Field under which aggregators write what they found out about a group. */
    public static final String BATCH_META = Draft.BATCH_META;

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Override
    public String name() {
        return "naive_reverse_grouper";
    }

    @Override
    public Grouping grouping() {
        return Apart.APART;
    }

    @Override
    public List<ObjectNode> make(List<ObjectNode> members) {
        ObjectNode joined = members.getFirst();
        joined.remove(BATCH_META);
        int count = -1;
        for (var field : joined.properties()) {
            if (!field.getValue().isArray() || count >= 0 && field.getValue().size() != count) {
                throw new SampleException("fields are not all lists of one length");
            }
            count = field.getValue().size();
        }
        List<ObjectNode> apart = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ObjectNode one = JsonNodeFactory.instance.objectNode();
            for (var field : joined.properties()) {
                one.set(field.getKey(), field.getValue().get(i));
            }
            apart.add(one);
        }
        return apart;
    }

    @Override
    public void begin(Iterable<ObjectNode> samples) {
        if (batchMetaFile == null) {
            return;
        }
        Path target = batchMetaFile.toAbsolutePath();
        Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            Files.createDirectories(target.getParent());
            try (BufferedWriter out = Files.newBufferedWriter(temporary)) {
                for (ObjectNode sample : samples) {
                    out.write(line(sample.get(BATCH_META)));
                    out.newLine();
                }
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new RunException("naive_reverse_grouper: batch_meta_export_path " + target + " cannot be written: "
                    + e.getMessage(), e);
        }
    }

    private static String line(JsonNode meta) throws JsonProcessingException {
        return MAPPER.writeValueAsString(meta == null ? JsonNodeFactory.instance.objectNode() : meta);
    }
}
