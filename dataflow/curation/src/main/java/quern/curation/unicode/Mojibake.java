package quern.curation.unicode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Undoes decoding with the wrong encoding, where the text shows that it happened: sequences of characters that real
 * text hardly has, and that make sense when encoded again and read as UTF-8. The procedure is ftfy's (Robyn Speer).
 */
final class Mojibake {

    private static final MojibakeRules BAD;
    /** Per character: whether it is part of every match of a rule, alone or with another such beside it. */
    private static final byte[] SUSPECTS = new byte[Character.MAX_VALUE + 1];
    private static final byte WITH_ANOTHER = 1;
    private static final byte ALONE = 2;
    /** The only ones that a rule takes for bad without a second one beside them, apart from C1 control characters. */
    private static final String SUSPECT_ALONE = "\u0152\u0153\u00C2\u00C3";
    private static final int RULE_CHARACTERS_MAX = 7;
    private static final Pattern ESCAPED = Pattern.compile("\\\\u[0-9A-F]{4}(?:-\\\\u[0-9A-F]{4})?");
    private static final Utf8Like UTF8_LIKE;
    private static final Pattern C1 = Pattern.compile("[\\x80-\\x9f]");
    /** UTF-8 sequences in which a byte A0 became a space; over bytes read as Latin-1. */
    private static final Pattern SPACE_FOR_A0 = Pattern.compile("[\\xc2\\xc3\\xc5\\xce\\xd0\\xd9][ ]"
            + "|[\\xe2\\xe3][ ][\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf]|[\\xe0-\\xe3][\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf][ ]"
            + "|\\xf0[ ][\\x80-\\xbf][\\x80-\\xbf]|\\xf0[\\x80-\\xbf][ "
            + "][\\x80-\\xbf]|\\xf0[\\x80-\\xbf][\\x80-\\xbf][ ]");
    private static final Pattern A_GRAVE_WORD = Pattern.compile("\\xc3 (?! |quele|quela|quilo|s )");
    /** UTF-8 sequences that lost a byte, which is 1A or a question mark now; over bytes read as Latin-1. */
    private static final Pattern LOST_BYTE = Pattern.compile("[\\xc2-\\xdf]\\x1a|[\\xc2-\\xc3][?]"
            + "|\\xed[\\xa0-\\xaf][\\x1a?]\\xed[\\xb0-\\xbf][\\x1a?\\x80-\\xbf]"
            + "|\\xed[\\xa0-\\xaf][\\x1a?\\x80-\\xbf]\\xed[\\xb0-\\xbf][\\x1a?]"
            + "|[\\xe0-\\xef][\\x1a?][\\x1a\\x80-\\xbf]|[\\xe0-\\xef][\\x1a\\x80-\\xbf][\\x1a?]"
            + "|[\\xf0-\\xf4][\\x1a?][\\x1a\\x80-\\xbf][\\x1a\\x80-\\xbf]"
            + "|[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a?][\\x1a\\x80-\\xbf]"
            + "|[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a\\x80-\\xbf][\\x1a?]|\\x1a");
    private static final String UTF8_OF_REPLACEMENT = "\u00ef\u00bf\u00bd";

    static {
        List<String> bad = new ArrayList<>();
        String utf8 = "";
        try (InputStream in = Mojibake.class.getResourceAsStream("mojibake.txt");
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("bad ")) {
                    bad.add(line.substring(4));
                } else if (line.startsWith("utf8 ")) {
                    utf8 = line.substring(5);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("mojibake.txt of quern.curation.unicode", e);
        }
        BAD = new MojibakeRules(bad);
        UTF8_LIKE = Utf8Like.of(utf8);
        markSuspects(bad);
    }

    private Mojibake() {}

    /** The text as it was meant; the same object where nothing is wrong with it. */
    static String fix(String text, Effort effort) {
        String before = text;
        while (true) {
            String after = fixOnce(before, effort);
            if (after.equals(before)) {
                return before;
            }
            effort.again(after);
            before = after;
        }
    }

    /** Asks the rules only around characters that can be part of a match: few in real text. Each place once. */
    private static boolean isBad(String text) {
        for (int i = nextSuspect(text, 0); i < text.length(); ) {
            int last = i;
            int next = nextSuspect(text, i + 1);
            while (next < text.length() && next - last <= 2 * RULE_CHARACTERS_MAX) {
                last = next;
                next = nextSuspect(text, next + 1);
            }
            int from = Math.max(0, i - RULE_CHARACTERS_MAX);
            if (BAD.find(text, from, Math.min(text.length(), last + RULE_CHARACTERS_MAX))) {
                return true;
            }
            i = next;
        }
        return false;
    }

    /** The first suspect from a place on; the length of the text if there is none. */
    private static int nextSuspect(String text, int from) {
        for (int at = from; at < text.length(); at++) {
            byte suspect = SUSPECTS[text.charAt(at)];
            if (suspect == ALONE || suspect == WITH_ANOTHER && at + 1 < text.length()
                    && SUSPECTS[text.charAt(at + 1)] != 0) {
                return at;
            }
        }
        return text.length();
    }

    /** Non-ASCII characters that rules name. */
    private static void markSuspects(List<String> rules) {
        for (String rule : rules) {
            Matcher escaped = ESCAPED.matcher(rule);
            while (escaped.find()) {
                MojibakeRules.characters(escaped.group()).stream().filter(c -> c >= 128)
                        .forEach(c -> SUSPECTS[c] = WITH_ANOTHER);
            }
        }
        for (int c = 128; c < 0xA0; c++) {
            SUSPECTS[c] = ALONE;
        }
        SUSPECT_ALONE.chars().forEach(c -> SUSPECTS[c] = ALONE);
    }

    private static String fixOnce(String text, Effort effort) {
        if (CharacterMap.isAscii(text) || !isBad(text)) {
            return text;
        }
        for (CharacterMap map : CharacterMap.ALL) {
            byte[] bytes = map.encode(text);
            String fixed = bytes == null ? null : LooseUtf8.decode(repair(map, bytes));
            if (fixed != null) {
                return fixed;
            }
        }
        String inPart = fixInPart(text, effort);
        if (!inPart.equals(text)) {
            return inPart;
        }
        return fixC1(text);
    }

    /** Puts back bytes that a sequence needs to be UTF-8. */
    private static byte[] repair(CharacterMap map, byte[] bytes) {
        String latin1 = new String(bytes, StandardCharsets.ISO_8859_1);
        String repaired = latin1;
        if (!map.isMacRoman() && latin1.indexOf(' ') >= 0 && SPACE_FOR_A0.matcher(latin1).find()) {
            repaired = A_GRAVE_WORD.matcher(repaired).replaceAll("\u00c3\u00a0 ");
            repaired = SPACE_FOR_A0.matcher(repaired).replaceAll(match -> match.group().replace(' ', '\u00a0'));
        }
        if (map.isSloppy() && (repaired.indexOf(0x1A) >= 0 || repaired.indexOf('?') >= 0)) {
            repaired = LOST_BYTE.matcher(repaired).replaceAll(UTF8_OF_REPLACEMENT);
        }
        return repaired.equals(latin1) ? bytes : repaired.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Fixes the sequences that look like UTF-8 one by one, where the whole cannot be fixed at once. */
    private static String fixInPart(String text, Effort effort) {
        StringBuilder result = null;
        int copied = 0;
        for (int from = UTF8_LIKE.next(text, 0); from < text.length(); ) {
            int to = UTF8_LIKE.end(text, from);
            String part = text.substring(from, to);
            if (part.length() < text.length() && isBad(part)) {
                result = result == null ? new StringBuilder(text.length()) : result;
                result.append(text, copied, from).append(fix(part, effort));
                copied = to;
            }
            from = UTF8_LIKE.next(text, to);
        }
        return result == null ? text : result.append(text, copied, text.length()).toString();
    }

    /** C1 control characters as what Windows-1252 has in their place. */
    private static String fixC1(String text) {
        return C1.matcher(text).replaceAll(match ->
                Matcher.quoteReplacement(String.valueOf(CharacterMap.WINDOWS_1252.decode(match.group().charAt(0)))));
    }
}
