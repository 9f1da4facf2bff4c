package quern.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quern.config.QuernException;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.Rows;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.LoraWeights.Pair;
import quern.inference.transformer.ModelShape;

/** Damaged and hostile files of adapters are refused as such, or read as what they were. */
class DamagedAdapterTest {

    private static final ModelShape SHAPE = new ModelShape(
            "llama", 1, 8, 2, 1, 4, 10, 11, 16, 1e-5f, RopeTable.of(true, 4, 10_000), true, false);
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private Path config;
    private Path weights;
    private byte[] configBytes;
    private byte[] bytes;
    private int headerEnd;
    private String fingerprint;
    private final long seed = new Random().nextLong();

    @BeforeEach
    void write() throws IOException {
        var settings = new LoraSettings(2, 4, false, EnumSet.of(LoraTarget.QUERY, LoraTarget.UP), 0);
        var pairs = new TreeMap<String, Pair>();
        var random = new Random(1);
        pairs.put("blk.0.attn_q.weight", new Pair(rows(random, 2, 8), rows(random, 8, 2)));
        pairs.put("blk.0.ffn_up.weight", new Pair(rows(random, 2, 8), rows(random, 10, 2)));
        AdapterFile.write(directory, new LoraWeights(2, settings.scale(), pairs), settings, SHAPE, "base");
        config = directory.resolve("adapter_config.json");
        weights = directory.resolve("adapter_model.safetensors");
        configBytes = Files.readAllBytes(config);
        bytes = Files.readAllBytes(weights);
        headerEnd = 8 + (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        fingerprint = AdapterFile.read(directory, SHAPE).weights().fingerprint();
    }

    private static Rows rows(Random random, int count, int width) {
        Rows rows = new Rows(count, width);
        for (int i = 0; i < rows.values().length; i++) {
            rows.values()[i] = random.nextFloat() - 0.5f;
        }
        return rows;
    }

    /** @return the fingerprint of what was read; empty: it was refused */
    private String read(String what) {
        try {
            return AdapterFile.read(directory, SHAPE, 1 << 20).weights().fingerprint();
        } catch (QuernException refused) {
            assertTrue(refused.getMessage().contains("adapter_"), what + ": " + refused.getMessage());
            return "";
        } catch (RuntimeException | Error broken) {
            throw new AssertionError(what + ", seed " + seed, broken);
        }
    }

    private void refuseOrEqual(byte[] changed, String what) throws IOException {
        Files.write(weights, changed);
        String found = read(what);
        assertTrue(found.isEmpty() || found.equals(fingerprint), what + ": read as other numbers");
    }

    @Test
    void shouldRefuseOrReadTheSameWhenAnyByteOfTheHeaderIsAnother() {
        var random = new Random(seed);
        assertTimeout(LIMIT, () -> {
            for (int at = 0; at < headerEnd; at++) {
                for (int flip : new int[] {1, 0x10, 1 + random.nextInt(255)}) {
                    byte[] changed = bytes.clone();
                    changed[at] ^= (byte) flip;
                    refuseOrEqual(changed, "byte " + at + " ^ " + flip);
                }
            }
        });
    }

    @Test
    void shouldRefuseEveryCutAndEveryByteTooMany() throws IOException {
        for (int length = 0; length < bytes.length; length++) {
            Files.write(weights, Arrays.copyOf(bytes, length));
            assertEquals("", read("cut at " + length));
        }
        Files.write(weights, Arrays.copyOf(bytes, bytes.length + 1));
        assertEquals("", read("one byte more"));
        Files.write(weights, bytes);
        for (int length = 0; length < configBytes.length - 1; length++) {
            Files.write(config, Arrays.copyOf(configBytes, length));
            assertEquals("", read("configuration cut at " + length));
        }
    }

    @Test
    void shouldRefuseLengthsThatLie() throws IOException {
        for (long length : new long[] {0, 1, headerEnd, bytes.length, Integer.MAX_VALUE, 1L << 32, 1L << 62, -1,
            Long.MIN_VALUE}) {
            byte[] changed = bytes.clone();
            ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            Files.write(weights, changed);
            assertEquals("", read("header of " + length));
        }
        String header = new String(bytes, 8, headerEnd - 8, StandardCharsets.UTF_8);
        for (String[] swap : new String[][] {
            {"[2,8]", "[2147483647,2147483647]"}, {"[2,8]", "[2,-8]"}, {"[2,8]", "[16]"}, {"[2,8]", "[0,8]"},
            {"[2,8]", "[2,8,2147483647,2147483647]"}, {"\"F32\"", "\"F64\""}, {"\"F32\"", "\"BF16\""},
            {"[0,64]", "[0,4611686018427387904]"}, {"[0,64]", "[64,0]"}, {"[0,64]", "[0,9223372036854775808]"},
            {"layers.0", "layers.9999"}, {"layers.0", "layers.00"}, {"q_proj.lora_B", "q_proj.lora_A"}
        }) {
            assertTrue(header.contains(swap[0]), swap[0]);
            byte[] text = header.replaceFirst(Pattern.quote(swap[0]), swap[1])
                    .getBytes(StandardCharsets.UTF_8);
            ByteBuffer changed = ByteBuffer.allocate(8 + text.length + bytes.length - headerEnd)
                    .order(ByteOrder.LITTLE_ENDIAN);
            changed.putLong(text.length).put(text).put(bytes, headerEnd, bytes.length - headerEnd);
            Files.write(weights, changed.array());
            assertEquals("", read(Arrays.toString(swap)));
        }
    }

    @Test
    void shouldNeverBreakOnRandomChangesOfEitherFile() {
        System.out.println("DamagedAdapterTest seed " + seed);
        var random = new Random(seed);
        assertTimeout(LIMIT, () -> {
            for (int i = 0; i < 1000; i++) {
                boolean ofConfig = random.nextBoolean();
                byte[] changed = mutated(random, ofConfig ? configBytes : Arrays.copyOf(bytes, bytes.length));
                Files.write(ofConfig ? config : weights, changed);
                String found = read("change " + i);
                boolean same = Arrays.equals(changed, ofConfig ? configBytes : bytes);
                assertTrue(!same || found.equals(fingerprint), "change " + i + " of seed " + seed);
                Files.write(config, configBytes);
                Files.write(weights, bytes);
            }
        });
    }

    private static byte[] mutated(Random random, byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(changed.length);
            switch (random.nextInt(5)) {
                case 0 -> changed[at] = (byte) random.nextInt(256);
                case 1 -> changed[at] = (byte) "0123456789[]{}\",:-.eE\\nt ".charAt(random.nextInt(25));
                case 2 -> {
                    int to = Math.min(changed.length, at + random.nextInt(40));
                    changed = cut(changed, at, to);
                }
                case 3 -> {
                    int from = random.nextInt(changed.length);
                    int length = Math.min(random.nextInt(60), changed.length - Math.max(at, from));
                    System.arraycopy(changed, from, changed, at, length);
                }
                default -> changed = cut(changed, changed.length - random.nextInt(8), changed.length);
            }
            if (changed.length == 0) {
                return changed;
            }
        }
        return changed;
    }

    private static byte[] cut(byte[] bytes, int from, int to) {
        byte[] out = Arrays.copyOf(bytes, bytes.length - (to - from));
        System.arraycopy(bytes, to, out, from, bytes.length - to);
        return out;
    }

    /** Patterns that would keep a backtracking engine busy for ever. */
    @Test
    void shouldReadNoPatternForLong() {
        String text = new String(configBytes, StandardCharsets.UTF_8);
        int from = text.indexOf('[');
        assertTimeout(LIMIT, () -> {
            for (String pattern : new String[] {
                "(a|a|.)*(.|..)*(.*)*x", "((.*)*)*y", "(?:(|)(|)){9999}z", "(.{1,5000}){1,5000}", "[^]{16384}",
                "((((((((((.?){30}){30}){30}){30}){30}){30}){30}){30}){30}){30}", "(".repeat(4000), "a".repeat(5000),
                "[\\\\w]{1,16384}\\\\w{1,16384}"
            }) {
                Files.writeString(config, text.substring(0, from) + "\"" + pattern + "\""
                        + text.substring(text.indexOf(']') + 1));
                assertEquals("", read(pattern.substring(0, Math.min(60, pattern.length()))));
            }
        });
    }
}
