package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds a few samples of a dataset by their ids, in one pass over its shards that parses only what it is looking for.
 * A sample cut to a part of its place since its id was noted is found too.
 */
final class KeptTexts {

    private static final String PROVENANCE = "\"" + DatasetManifest.PROVENANCE + "\":";
    private static final String DOCUMENT = "\"document\":\"";
    private static final String FROM = "\"from\":";
    private static final String TO = "\"to\":";

    /** An id in its parts. */
    private record Wanted(String id, long from, long to) {}

    private final String textKey;
    private final Map<String, List<Wanted>> wanted = new HashMap<>();
    private final Map<String, String> found = new HashMap<>();
    private int left;

    KeptTexts(String textKey, List<String> ids) {
        this.textKey = textKey;
        for (String id : ids) {
            int at = id.lastIndexOf('@');
            int dash = id.lastIndexOf('-');
            if (at >= 0 && dash > at) {
                wanted.computeIfAbsent(id.substring(0, at), _ -> new ArrayList<>()).add(new Wanted(id,
                        Long.parseLong(id.substring(at + 1, dash)), Long.parseLong(id.substring(dash + 1))));
                left++;
            }
        }
    }

    /** The texts of those that are there, by id. */
    Map<String, String> in(Path directory, List<DatasetManifest.Shard> shards) throws IOException {
        Path lineage = directory.resolve(RunManner.LINEAGE);
        try (BufferedReader places = Files.exists(lineage) ? Files.newBufferedReader(lineage) : null) {
            for (DatasetManifest.Shard shard : shards) {
                try (BufferedReader lines = DatasetSource.open(directory.resolve(shard.file()))) {
                    for (String line = lines.readLine(); line != null && left > 0; line = lines.readLine()) {
                        take(line, places == null ? line.substring(Math.max(0, line.lastIndexOf(PROVENANCE)))
                                : places.readLine());
                    }
                }
            }
        }
        return found;
    }

    private void take(String line, String place) throws IOException {
        int from = place == null ? -1 : place.indexOf(DOCUMENT);
        int to = from < 0 ? -1 : place.indexOf('"', from + DOCUMENT.length());
        List<Wanted> candidates = to < 0 ? null : wanted.get(place.substring(from + DOCUMENT.length(), to));
        if (candidates == null) {
            return;
        }
        long sampleFrom = number(place, FROM, to);
        long sampleTo = number(place, TO, to);
        candidates.removeIf(one -> found.containsKey(one.id));
        for (Wanted one : candidates) {
            if (sampleFrom < one.from || sampleTo > one.to) {
                continue;
            }
            JsonNode text = FieldPath.get(Json.MAPPER.readTree(line), textKey);
            if (text != null && text.isTextual()) {
                found.put(one.id, text.asText());
                left--;
            }
        }
    }

    /** The number behind a key. All samples of a file have one document, so few of the places need parsing. */
    private static long number(String place, String key, int after) {
        int from = place.indexOf(key, after) + key.length();
        long value = 0;
        for (int i = from; i < place.length() && place.charAt(i) >= '0' && place.charAt(i) <= '9'; i++) {
            value = value * 10 + place.charAt(i) - '0';
        }
        return value;
    }
}
