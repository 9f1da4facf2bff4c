package quern.inference.engine;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import quern.config.BackendConfig;
import quern.config.EngineConfig.Product;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.sampling.Sampler;
import quern.inference.sampling.SamplingParameters;

/** What small models answer, as one digest of each; run as a program it prints them to compare processes by. */
public final class InvarianceDigest {

    private InvarianceDigest() {}

    public static void main(String[] arguments) {
        all(models()).forEach((what, digest) -> System.out.println(what + " = " + digest));
    }

    /** Digest of every token and logit by model, backend, product and cache. */
    static Map<String, String> all(List<TinyModel> models) {
        Map<String, String> digests = new LinkedHashMap<>();
        for (BackendConfig.Choice choice : List.of(BackendConfig.Choice.SCALAR, BackendConfig.Choice.VECTOR)) {
            try (Backend backend = BackendChoice.choose(new BackendConfig(choice, 1)).backend()) {
                for (TinyModel model : models) {
                    for (Product product : Product.values()) {
                        ElementType cache = product == Product.Q8 ? ElementType.F16 : ElementType.F32;
                        if (product == Product.Q8 || model.shape().hidden() <= 64) {
                            digests.put(model.name() + " " + choice + " " + product,
                                    digest(model, backend, product, cache));
                        }
                    }
                }
            }
        }
        return digests;
    }

    static List<TinyModel> models() {
        return Stream.concat(Stream.of(TinyModel.capped(2), TinyModel.sparse(3, true)),
                Stream.of(ElementType.Q8_0, ElementType.Q4_0, ElementType.F16, ElementType.BF16, ElementType.Q4_K,
                        ElementType.Q6_K).map(type -> TinyModel.stored(type, 4))).toList();
    }

    private static String digest(TinyModel file, Backend backend, Product product, ElementType cache) {
        boolean wide = file.shape().hidden() > 64;
        LoadedModel model = LoadedModel.load(file, backend.kernels(), product);
        SamplingParameters sampling = SamplingParameters.plain(1, 4).ignoringEos();
        Sampler sampler = new Sampler(file.shape().vocabulary(), backend.kernels());
        int[] tokens = new Random(5).ints(wide ? 3 : 9, 0, 50).toArray();
        ByteBuffer bits = ByteBuffer.allocate(64 * Float.BYTES);
        MessageDigest sha = sha256();
        try (DirectRun run = new DirectRun(model, Optional.empty(), cache)) {
            run.append(Arrays.copyOf(tokens, tokens.length / 2));
            int[] next = Arrays.copyOfRange(tokens, tokens.length / 2, tokens.length);
            for (int step = 0; step < 2; step++) {
                float[] logits = run.append(next);
                for (float logit : logits) {
                    sha.update(bits.clear().putFloat(logit).flip());
                }
                tokens = Arrays.copyOf(tokens, tokens.length + 1);
                tokens[tokens.length - 1] = sampler.draw(logits, 0, sampling, 7,
                        new Sampler.History(tokens, 3, tokens.length - 1), Optional.empty());
                next = new int[] {tokens[tokens.length - 1]};
            }
        }
        return Arrays.toString(tokens) + " " + HexFormat.of().formatHex(sha.digest(), 0, 12);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
