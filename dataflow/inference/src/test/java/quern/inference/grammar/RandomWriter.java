package quern.inference.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import quern.inference.sampling.TokenMask;
import quern.inference.tokenizer.Tokenizer;

/** A model without any idea: draws among the tokens allowed, and after a while rather those that close something. */
final class RandomWriter {

    private static final int TOKENS_MAX = 6000;

    private final Tokenizer tokenizer;
    private final Random random;
    private final BitSet closing = new BitSet();
    /** Tokens drawn last. */
    final List<Integer> drawn = new ArrayList<>();

    RandomWriter(Tokenizer tokenizer, long seed) {
        this.tokenizer = tokenizer;
        this.random = new Random(seed);
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            byte[] bytes = tokenizer.bytes(id);
            if (bytes.length > 0 && "\"]}".indexOf(bytes[0]) >= 0 || tokenizer.endTokens().contains(id)) {
                closing.set(id);
            }
        }
    }

    /** A whole text, absent if it did not come to an end. Each choice is checked against the mask's other answer. */
    Optional<String> write(TokenMask mask) {
        drawn.clear();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (drawn.size() < TOKENS_MAX) {
            BitSet allowed = mask.allowed();
            assertFalse(allowed.isEmpty(), () -> "nothing allowed after " + out.toString(StandardCharsets.UTF_8));
            int probe = random.nextInt(tokenizer.vocabularySize());
            assertEquals(allowed.get(probe), mask.allows(probe), () -> "token " + probe + " after " + out);
            int token = pick(allowed);
            mask.accept(token);
            drawn.add(token);
            if (tokenizer.endTokens().contains(token)) {
                return Optional.of(strict(out.toByteArray()));
            }
            out.writeBytes(tokenizer.isControl(token)
                    ? tokenizer.text(token).getBytes(StandardCharsets.UTF_8) : tokenizer.bytes(token));
        }
        return Optional.empty();
    }

    private int pick(BitSet allowed) {
        BitSet from = allowed;
        if (random.nextInt(200) < drawn.size()) {
            BitSet closers = (BitSet) allowed.clone();
            closers.and(closing);
            from = closers.isEmpty() ? allowed : closers;
        }
        int steps = random.nextInt(from.cardinality());
        int token = from.nextSetBit(0);
        for (int i = 0; i < steps; i++) {
            token = from.nextSetBit(token + 1);
        }
        return token;
    }

    private static String strict(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("not UTF-8: " + java.util.HexFormat.of().formatHex(bytes), e);
        }
    }
}
