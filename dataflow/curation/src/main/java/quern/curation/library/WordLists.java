package quern.curation.library;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import quern.curation.text.WordList;

/**
 * Stop words and flagged words. By default small lists of Quern's own (stop words: de en es fr it zh; flagged words:
 * en); a recipe can name a directory in Data-Juicer's form, whose {@code *.json} files with the kind in their name
 * hold {@code {"en": ["word", ...]}}.
 */
final class WordLists {

    private static final long FILE_BYTES_MAX = 64L << 20;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private WordLists() {}

    /**
     * @param kind {@code stopwords} or {@code flagged_words}
     * @param directory null, empty, or an {@code assets} that does not exist: the built-in lists
     * @param language {@code all}: all lists together
     * @throws IllegalArgumentException if there is no such directory or no list of the language
     */
    static WordList load(String kind, String directory, String language) {
        List<JsonNode> files = directory == null || directory.isEmpty() || isDownloads(Path.of(directory))
                ? List.of(builtIn(kind)) : read(kind, Path.of(directory));
        Set<String> languages = new TreeSet<>();
        Set<String> words = new HashSet<>();
        for (JsonNode file : files) {
            file.properties().forEach(entry -> {
                languages.add(entry.getKey());
                if (language.equals("all") || language.equals(entry.getKey())) {
                    entry.getValue().forEach(word -> words.add(word.asText()));
                }
            });
        }
        if (!language.equals("all") && !languages.contains(language)) {
            throw new IllegalArgumentException("no " + kind + " of language '" + language + "', there are " + languages
                    + "; " + kind + "_dir can name a directory with Data-Juicer's " + kind + ".json, or one like it");
        }
        return new WordList(words);
    }

    /** Where Data-Juicer puts the lists that it downloads, and this machine has none: these come along. */
    private static boolean isDownloads(Path directory) {
        return directory.endsWith("assets") && !Files.exists(directory);
    }

    private static JsonNode builtIn(String kind) {
        String name = kind + ".json";
        try (InputStream in = WordLists.class.getResourceAsStream(name)) {
            return MAPPER.readTree(in);
        } catch (IOException e) {
            throw new IllegalStateException("word list " + name, e);
        }
    }

    private static List<JsonNode> read(String kind, Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException(kind + "_dir '" + directory + "' is no directory");
        }
        List<JsonNode> files = new ArrayList<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.sorted().toList()) {
                String name = path.getFileName().toString();
                if (name.endsWith(".json") && name.contains(kind)) {
                    if (Files.size(path) > FILE_BYTES_MAX) {
                        throw new IllegalArgumentException(path + " has more than " + FILE_BYTES_MAX + " bytes");
                    }
                    files.add(MAPPER.readTree(Files.readAllBytes(path)));
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(kind + "_dir '" + directory + "': " + e.getMessage(), e);
        }
        return Collections.unmodifiableList(files);
    }
}
