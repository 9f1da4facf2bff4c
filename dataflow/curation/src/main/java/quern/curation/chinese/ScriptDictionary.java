package quern.curation.chinese;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A dictionary of OpenCC: words and what they become. Loaded once, when first asked for. */
final class ScriptDictionary {

    private static final Map<String, ScriptDictionary> LOADED = new ConcurrentHashMap<>();

    private final Map<String, String> words = new HashMap<>();
    /** Characters of the longest word that begins with each UTF-16 unit. */
    private final byte[] longest = new byte[Character.MAX_VALUE + 1];

    static ScriptDictionary named(String name) {
        return LOADED.computeIfAbsent(name, ScriptDictionary::new);
    }

    private ScriptDictionary(String name) {
        try (InputStream in = ScriptDictionary.class.getResourceAsStream(name + ".txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int tab = line.indexOf('\t');
                int space = line.indexOf(' ', tab);
                String word = line.substring(0, tab);
                words.putIfAbsent(word, line.substring(tab + 1, space < 0 ? line.length() : space));
                longest[word.charAt(0)] = (byte) Math.max(longest[word.charAt(0)], word.length());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("dictionary " + name, e);
        }
    }

    /** Characters of the longest word that a text has at a place; 0 where there is none. */
    int match(String text, int at, int end) {
        for (int length = Math.min(longest[text.charAt(at)], end - at); length > 0; length--) {
            if (words.containsKey(text.substring(at, at + length))) {
                return length;
            }
        }
        return 0;
    }

    String of(String word) {
        return words.get(word);
    }
}
