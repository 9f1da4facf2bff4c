package quern.curation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.curation.text.TextView;

/** Values computed by running Data-Juicer 1.4.3. */
class DataJuicerGoldenTest {

    /** The words of the golden texts that are in the list the golden values were made with. */
    private static final String STOP_WORDS = "{\"en\": [\"a\", \"and\", \"cd\", \"d\", \"is\", \"it's\", \"one\", "
            + "\"over\","
            + " \"the\", \"with\", \"you\"]}";

    @TempDir
    Path directory;

    @Test
    void shouldMeasureTheGoldenStatsWhenFiltersRun() throws IOException {
        JsonNode golden = Reference.json("golden.json");
        Files.writeString(directory.resolve("stopwords.json"), STOP_WORDS);
        List<String> wrong = new ArrayList<>();
        golden.path("stats").properties().forEach(entry -> {
            String name = entry.getValue().path("op").asText();
            ObjectNode parameters = entry.getValue().path("params").deepCopy();
            if (name.equals("stopwords_filter")) {
                parameters.put("stopwords_dir", directory.toString());
            }
            RangeFilter filter = (RangeFilter) Reference.compatible(name, parameters);
            for (int i = 0; i < golden.path("texts").size(); i++) {
                double expected = entry.getValue().path("values").get(i).path(filter.statKey()).asDouble(Double.NaN);
                double found = filter.measure(new TextView(golden.path("texts").get(i).asText()));
                if (!(expected == found)) {
                    wrong.add(entry.getKey() + " text " + i + ": expected " + expected + ", found " + found);
                }
            }
        });
        assertEquals(List.of(), wrong);
    }

    @Test
    void shouldMakeTheGoldenTextsWhenMappersRun() throws IOException {
        JsonNode golden = Reference.json("golden.json");
        List<String> inputs = new ArrayList<>();
        golden.path("texts").forEach(text -> inputs.add(text.asText()));
        golden.path("mapper_inputs").forEach(text -> inputs.add(text.asText()));
        List<String> wrong = new ArrayList<>();
        golden.path("mappers").properties().forEach(entry -> {
            TextMapper mapper = (TextMapper) Reference.compatible(entry.getValue().path("op").asText(),
                    entry.getValue().path("params"));
            JsonNode outputs = entry.getValue().path("outputs_for_texts_then_mapper_inputs");
            assertEquals(inputs.size(), outputs.size());
            for (int i = 0; i < inputs.size(); i++) {
                String found = mapper.map(inputs.get(i));
                if (!outputs.get(i).asText().equals(found)) {
                    wrong.add(entry.getKey() + " input " + i + ":\n  expected " + outputs.get(i) + "\n  found    "
                            + Json.MAPPER.getNodeFactory().textNode(found));
                }
            }
        });
        assertFalse(golden.path("mappers").isEmpty());
        assertEquals(List.of(), wrong);
    }
}
