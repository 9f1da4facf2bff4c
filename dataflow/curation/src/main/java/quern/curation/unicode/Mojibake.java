package quern.curation.unicode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Undoes decoding with the wrong encoding, where the text shows that it happened: sequences of characters that real
 * text hardly has, and that make sense when encoded again and read as UTF-8. The procedure is ftfy's (Robyn Speer).
 */
final class Mojibake {

    private static final Pattern BAD;
    /** Every non-ASCII character that some rule names. */
    private static final BitSet SUSPECTS;
    /** The only ones that a rule takes for bad without a second one beside them, apart from C1 control characters. */
    private static final String SUSPECT_ALONE = "\u0152\u0153\u00C2\u00C3";
    private static final int RULE_CHARACTERS_MAX = 7;
    private static final Pattern ESCAPED = Pattern.compile("\\\\u([0-9A-F]{4})(?:-\\\\u([0-9A-F]{4}))?");
    private static final Pattern UTF8_LIKE;
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
        SUSPECTS = suspects(bad);
        BAD = Pattern.compile(String.join("|", bad), Pattern.UNICODE_CHARACTER_CLASS);
        UTF8_LIKE = Pattern.compile(utf8, Pattern.UNICODE_CHARACTER_CLASS);
    }

    private Mojibake() {}

    /** The text as it was meant; the same object where nothing is wrong with it. */
    static String fix(String text) {
        String before = text;
        while (true) {
            String after = fixOnce(before);
            if (after.equals(before)) {
                return before;
            }
            before = after;
        }
    }

    /** Asks the rules only around characters that can be part of a match: few in real text. Each place once. */
    private static boolean isBad(String text) {
        Matcher rules = null;
        for (int i = nextSuspect(text, 0); i < text.length(); ) {
            int last = i;
            int next = nextSuspect(text, i + 1);
            while (next < text.length() && next - last <= 2 * RULE_CHARACTERS_MAX) {
                last = next;
                next = nextSuspect(text, next + 1);
            }
            rules = rules == null ? BAD.matcher(text).useTransparentBounds(true).useAnchoringBounds(false) : rules;
            rules.region(Math.max(0, i - RULE_CHARACTERS_MAX), Math.min(text.length(), last + RULE_CHARACTERS_MAX));
            if (rules.find()) {
                return true;
            }
            i = next;
        }
        return false;
    }

    /** The first suspect from a place on; the length of the text if there is none. */
    private static int nextSuspect(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) < 128 || !isSuspect(text, at))) {
            at++;
        }
        return at;
    }

    private static boolean isSuspect(String text, int at) {
        char c = text.charAt(at);
        boolean pair = SUSPECTS.get(c) && at + 1 < text.length() && SUSPECTS.get(text.charAt(at + 1));
        return pair || c < 0xA0 || SUSPECT_ALONE.indexOf(c) >= 0;
    }

    private static BitSet suspects(List<String> rules) {
        BitSet suspects = new BitSet();
        for (String rule : rules) {
            Matcher escaped = ESCAPED.matcher(rule);
            while (escaped.find()) {
                int from = Integer.parseInt(escaped.group(1), 16);
                int to = escaped.group(2) == null ? from : Integer.parseInt(escaped.group(2), 16);
                suspects.set(Math.max(from, 128), Math.max(to + 1, 128));
            }
        }
        return suspects;
    }

    private static String fixOnce(String text) {
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
        String inPart = fixInPart(text);
        if (!inPart.equals(text)) {
            return inPart;
        }
        return fixC1(text);
    }

    /** Puts back bytes that a sequence needs to be UTF-8. */
    private static byte[] repair(CharacterMap map, byte[] bytes) {
        String latin1 = new String(bytes, StandardCharsets.ISO_8859_1);
        String repaired = latin1;
        if (!map.isMacRoman() && SPACE_FOR_A0.matcher(latin1).find()) {
            repaired = A_GRAVE_WORD.matcher(repaired).replaceAll("\u00c3\u00a0 ");
            repaired = SPACE_FOR_A0.matcher(repaired).replaceAll(match -> match.group().replace(' ', '\u00a0'));
        }
        if (map.isSloppy()) {
            repaired = LOST_BYTE.matcher(repaired).replaceAll(UTF8_OF_REPLACEMENT);
        }
        return repaired.equals(latin1) ? bytes : repaired.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Fixes the sequences that look like UTF-8 one by one, where the whole cannot be fixed at once. */
    private static String fixInPart(String text) {
        return UTF8_LIKE.matcher(text).replaceAll(match -> {
            String part = match.group();
            boolean fixable = part.length() < text.length() && isBad(part);
            return Matcher.quoteReplacement(fixable ? fix(part) : part);
        });
    }

    /** C1 control characters as what Windows-1252 has in their place. */
    private static String fixC1(String text) {
        return C1.matcher(text).replaceAll(match ->
                Matcher.quoteReplacement(String.valueOf(CharacterMap.WINDOWS_1252.decode(match.group().charAt(0)))));
    }
}
