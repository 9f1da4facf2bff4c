package quern.inference.grammar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import quern.inference.tokenizer.PromptText;
import quern.inference.tokenizer.Tokenizer;

/** A vocabulary of all bytes, of given texts, and of bytes that cut characters; then a marker and the end token. */
final class ByteTokens implements Tokenizer {

    static final String MARKER = "[CALL]";

    private final List<byte[]> tokens = new ArrayList<>();

    ByteTokens(List<String> texts) {
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        texts.forEach(text -> tokens.add(text.getBytes(StandardCharsets.UTF_8)));
        tokens.add(new byte[] {(byte) 0xE2, (byte) 0x82});
        tokens.add(new byte[] {(byte) 0xAC, '"'});
        tokens.add(new byte[] {(byte) 0x9F, (byte) 0x98, (byte) 0x80, '"', ','});
        tokens.add(new byte[] {'a'});
        tokens.add(new byte[0]);
        tokens.add(new byte[0]);
    }

    static ByteTokens json() {
        return new ByteTokens(List.of("{\"", "\":", "\",", "\", \"", "\"}", "\"]", "},{", "}}", "]}", ": ", ", ",
                "true", "false", "null", "12", "0.5", "-1", " \"", "€", "é", "ab", "the",
                "\\n", "\\\"", "[[", "[{\"", "{}",
                "[]", "\n  ", "2024-", "name", "kind", "\"a\"", "xyz\"", ",\"",
                "e+", "<tool_call>", "tool_call>\n{"));
    }

    int end() {
        return tokens.size() - 1;
    }

    int marker() {
        return tokens.size() - 2;
    }

    @Override
    public int vocabularySize() {
        return tokens.size();
    }

    @Override
    public int[] encode(String text, boolean begin) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = bytes[i] & 0xff;
        }
        return ids;
    }

    @Override
    public int[] encodeTemplate(PromptText rendered) {
        return encode(rendered.text(), false);
    }

    @Override
    public byte[] bytes(int token) {
        return tokens.get(token).clone();
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int id : ids) {
            out.writeBytes(tokens.get(id));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public OptionalInt beginToken() {
        return OptionalInt.empty();
    }

    @Override
    public List<Integer> endTokens() {
        return List.of(end());
    }

    @Override
    public boolean isControl(int token) {
        return token >= marker();
    }

    @Override
    public String text(int token) {
        return token == end() ? "<end>" : token == marker() ? MARKER
                : new String(tokens.get(token), StandardCharsets.UTF_8);
    }
}
