package quern.curation.chinese;

import com.hankcs.hanlp.seg.Segment;
import com.hankcs.hanlp.seg.Viterbi.ViterbiSegment;
import com.hankcs.hanlp.seg.common.Term;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What HanLP's dictionaries know of Chinese words and characters. Loaded once, when first asked. */
public final class ChineseWords {

    private static final String SYNONYMS = "/data/dictionary/synonym/CoreSynonym.txt";
    private static final String PINYIN = "/data/dictionary/pinyin/pinyin.txt";
    /** First byte in GB 2312 of the first character that is not one of the 3755 common ones. */
    private static final int RARE_FROM = 0xD8;

    private static final class Holder {
        static final Segment SEGMENT = new ViterbiSegment().enableCustomDictionary(false);
        static final Map<String, List<String>> SYNONYMS_OF = synonyms();
        static final Map<String, List<String>> HOMOPHONES_OF = homophones();
    }

    private ChineseWords() {}

    /** The words of a text in order; together they are the text. */
    public static List<String> split(String text) {
        return Holder.SEGMENT.seg(text).stream().map((Term term) -> term.word).toList();
    }

    /** Words of the same meaning, itself among them; empty where none are known. */
    public static List<String> synonyms(String word) {
        return Holder.SYNONYMS_OF.getOrDefault(word, List.of());
    }

    /** Common characters of the same sound and tone, itself among them where it is common; empty for others. */
    public static List<String> homophones(String character) {
        return Holder.HOMOPHONES_OF.getOrDefault(character, List.of());
    }

    private static Map<String, List<String>> synonyms() {
        Map<String, List<String>> all = new HashMap<>();
        lines(SYNONYMS, line -> {
            int sign = line.indexOf("= ");
            if (sign > 0) {
                List<String> group = List.of(line.substring(sign + 2).split(" "));
                group.forEach(word -> all.putIfAbsent(word, group));
            }
        });
        return all;
    }

    private static Map<String, List<String>> homophones() {
        Map<String, List<String>> bySound = new HashMap<>();
        Map<String, List<String>> all = new HashMap<>();
        CharsetEncoder encoder = Charset.forName("GB2312").newEncoder();
        lines(PINYIN, line -> {
            int sign = line.indexOf('=');
            String character = line.substring(0, Math.max(0, sign));
            if (character.codePointCount(0, character.length()) == 1 && isCommon(character, encoder)) {
                List<String> group = bySound.computeIfAbsent(line.substring(sign + 1), _ -> new ArrayList<>());
                group.add(character);
                all.put(character, group);
            }
        });
        return all;
    }

    private static boolean isCommon(String character, CharsetEncoder encoder) {
        byte[] code = encoder.canEncode(character) ? character.getBytes(encoder.charset()) : new byte[0];
        return code.length == 2 && (code[0] & 0xFF) >= 0xB0 && (code[0] & 0xFF) < RARE_FROM;
    }

    private static void lines(String resource, Consumer<String> consumer) {
        try (InputStream in = Segment.class.getResourceAsStream(resource);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            lines.lines().forEach(consumer);
        } catch (IOException e) {
            throw new UncheckedIOException("dictionary " + resource, e);
        }
    }
}
