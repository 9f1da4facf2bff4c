package quern.inference.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import quern.config.BackendConfig;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.kernel.Kernels;
import quern.gpu.tensor.ElementType;
import quern.inference.LetterModel;
import quern.inference.ReferenceFamilies;
import quern.inference.TinyModel;
import quern.inference.engine.Invariance.Way;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;

/**
 * The same prompt and seed give the same tokens and the same bits of every logit: alone and beside up to 15 others, in
 * chunks of 1 to 512, cold and from the cache, guessed ahead or not, on one thread and two, scalar and vector.
 */
class BatchInvarianceTest {

    private static final int WAYS = Boolean.getBoolean("quern.campaign") ? 60 : 2;
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime() & 0xffff);

    private static final List<Backend> BACKENDS = new ArrayList<>();
    private static final Map<String, Kernels> KERNELS = new LinkedHashMap<>();

    @BeforeAll
    static void open() {
        add("scalar", new BackendConfig(BackendConfig.Choice.SCALAR, 1));
        add("vector on 1 thread", new BackendConfig(BackendConfig.Choice.VECTOR, 1));
        add("vector on 2 threads", new BackendConfig(BackendConfig.Choice.VECTOR, 2));
    }

    private static void add(String name, BackendConfig config) {
        BACKENDS.add(BackendChoice.choose(config).backend());
        KERNELS.put(name, BACKENDS.getLast().kernels());
    }

    @AfterAll
    static void close() {
        BACKENDS.forEach(Backend::close);
        BACKENDS.clear();
        KERNELS.clear();
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void shouldAnswerTheSameBitsWhenMatricesAreOfAnyType(ElementType type) {
        check(TinyModel.stored(type, 3), List.of(KvConfig.ElementType.values()), 90);
    }

    static Stream<TinyModel> families() {
        return Stream.of(TinyModel.llama(4), TinyModel.qwen2(5), TinyModel.capped(6), TinyModel.scaled(7),
                TinyModel.sparse(8, true));
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldAnswerTheSameBitsWhenTheModelIsOfAnyFamily(TinyModel model) {
        check(model, List.of(KvConfig.ElementType.F16, KvConfig.ElementType.F32), 90);
    }

    @ParameterizedTest
    @MethodSource("quern.inference.ReferenceFamilies#all")
    void shouldAnswerTheSameBitsWhenTheModelIsOneOfTheReferences(String name) throws java.io.IOException {
        try (ModelFile file = new LetterModel(ModelFiles.open(ReferenceFamilies.directory(name)))) {
            check(file, List.of(KvConfig.ElementType.F16, KvConfig.ElementType.F32), 60);
        }
    }

    private static void check(ModelFile file, List<KvConfig.ElementType> kvTypes, int longest) {
        Random random = new Random(SEED ^ file.name().hashCode());
        List<Product> products = new ArrayList<>(Arrays.asList(Product.values()));
        java.util.Collections.shuffle(products, random);
        for (Product product : products) {
            KvConfig.ElementType kvType = kvTypes.get(random.nextInt(kvTypes.size()));
            Invariance invariance = new Invariance(
                    file, product, kvType, longest, KERNELS.get("vector on 1 thread"));
            List<String> backends = List.copyOf(KERNELS.keySet());
            String what = file.name() + ", product " + product + ", cache " + kvType + ", -Dquern.seed=" + SEED;
            invariance.check(
                    KERNELS.get("scalar"), new Way("scalar", 512, 0, 0, false, false, random.nextLong()), what);
            for (int i = 0; i < WAYS; i++) {
                Way way = Way.random(backends.subList(1, backends.size()), random.nextLong());
                invariance.check(KERNELS.get(way.backend()), way, what);
            }
        }
    }
}
