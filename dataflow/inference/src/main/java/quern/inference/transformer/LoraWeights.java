package quern.inference.transformer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import quern.gpu.tensor.Rows;

/**
 * A low-rank adapter (Hu et al., LoRA, arXiv 2106.09685): {@code y += scale * B (A x)} beside each target matrix. Where
 * it has magnitudes (Liu et al., DoRA, arXiv 2402.09353), row r of {@code W + scale * B A} is brought to the length
 * {@code magnitudes[r]}; the bias stays as it is.
 *
 * @param rank rows of every A and columns of every B
 * @param scale alpha / rank, or alpha / sqrt(rank) for rsLoRA
 * @param targets by tensor name as in {@link quern.inference.format.ModelFile}, such as
 *     {@code blk.0.attn_q.weight}; rows of B in the order of the target's rows
 */
public record LoraWeights(int rank, float scale, SortedMap<String, Pair> targets) {

    /**
     * @param a [rank, inputs of the target]
     * @param b [outputs of the target, rank]
     * @param magnitudes [outputs of the target, 1]; empty: rows keep the length they come to
     */
    public record Pair(Rows a, Rows b, Optional<Rows> magnitudes) {

        public Pair(Rows a, Rows b) {
            this(a, b, Optional.empty());
        }

        /** Bytes of its numbers. */
        public long bytes() {
            return 4L * (a.values().length + b.values().length
                    + magnitudes.map(all -> all.values().length).orElse(0));
        }
    }

    /** @throws IllegalArgumentException if a matrix does not have the rank, naming its target */
    public LoraWeights {
        for (Map.Entry<String, Pair> target : targets.entrySet()) {
            Pair pair = target.getValue();
            if (pair.a().count() != rank || pair.b().width() != rank) {
                throw new IllegalArgumentException(target.getKey() + ": A has " + pair.a().count()
                        + " rows and B " + pair.b().width() + " columns, expected the rank " + rank);
            }
        }
        targets = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(targets));
    }

    /** Whether any of its rows have a length of their own. */
    public boolean hasMagnitudes() {
        return targets.values().stream().anyMatch(pair -> pair.magnitudes().isPresent());
    }

    /** SHA-256 over all numbers and names, hex. */
    public String fingerprint() {
        MessageDigest sha = sha256();
        sha.update(ByteBuffer.allocate(12).putInt(rank).putFloat(scale).putInt(targets.size()).array());
        for (Map.Entry<String, Pair> target : targets.entrySet()) {
            byte[] name = target.getKey().getBytes(StandardCharsets.UTF_8);
            sha.update(ByteBuffer.allocate(4).putInt(name.length).array());
            sha.update(name);
            update(sha, target.getValue().a());
            update(sha, target.getValue().b());
        }
        // Behind all pairs, whose number is known: an adapter without magnitudes is called what it always was.
        targets.forEach((name, pair) -> pair.magnitudes().ifPresent(magnitudes -> {
            sha.update(name.getBytes(StandardCharsets.UTF_8));
            update(sha, magnitudes);
        }));
        return HexFormat.of().formatHex(sha.digest());
    }

    private static void update(MessageDigest sha, Rows rows) {
        ByteBuffer bytes = ByteBuffer.allocate(rows.width() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        sha.update(ByteBuffer.allocate(8).putInt(rows.count()).putInt(rows.width()).array());
        for (int row = 0; row < rows.count(); row++) {
            bytes.clear();
            bytes.asFloatBuffer().put(rows.values(), rows.at(row), rows.width());
            sha.update(bytes);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
