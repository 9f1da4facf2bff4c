package quern.inference.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import quern.config.BackendConfig;
import quern.config.DataSize;
import quern.config.EngineConfig.Product;
import quern.config.KvConfig;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.kernel.KvLayout;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.TinyModel;
import quern.inference.cache.BlockLoad;
import quern.inference.sampling.SamplingParameters;
import quern.inference.sampling.TokenLogprobs;
import quern.kv.BlockPool.Tier;
import quern.kv.TierStack;

/** One model on vector kernels over the real tiers, of which one on disk is switched on. */
final class TierLife implements AutoCloseable {

    private static final int[] PROMPT = new Random(1).ints(94, 0, 60).toArray();

    /** What a request got, and where its prompt was found. */
    record Answer(List<TokenLogprobs> logprobs, int cachedTokens) {}

    private final Backend backend;
    private final TierStack tiers;
    private final EngineLoop loop;
    private long requests;

    /** @param disk warm or cold */
    TierLife(KvConfig.ElementType type, Tier disk, Path directory) {
        KvConfig kv = new KvConfig(8, type, DataSize.parse("1MiB"), DataSize.parse("8MiB"), DataSize.parse("8MiB"),
                disk == Tier.WARM, disk == Tier.COLD, 100);
        backend = BackendChoice.choose(new BackendConfig(BackendConfig.Choice.VECTOR, 1)).backend();
        LoadedModel model =
                LoadedModel.load(TinyModel.stored(ElementType.Q8_0, 3), backend.kernels(), Product.Q8);
        KvLayout layout = model.kvLayout(kv);
        tiers = TierStack.open(kv, layout.blockBytes(), layout + model.arithmetic(), place(directory, type, disk));
        tiers.openLower();
        loop = new EngineLoop(model, tiers, layout, EngineRun.config(64, 2));
    }

    private static Path place(Path directory, KvConfig.ElementType type, Tier disk) {
        return directory.resolve(type + "-" + disk);
    }

    Answer ask() {
        loop.submit(SequenceRequest.of(++requests, PROMPT, SamplingParameters.plain(3, 16).withLogprobs(5)));
        List<TokenLogprobs> logprobs = new ArrayList<>();
        while (true) {
            for (EngineEvent event : loop.step()) {
                switch (event) {
                    case EngineEvent.TokenProduced token -> logprobs.add(token.logprobs().orElseThrow());
                    case EngineEvent.Finished end -> {
                        return new Answer(logprobs, end.usage().cachedTokens());
                    }
                    default -> throw new AssertionError(event.toString());
                }
            }
            for (BlockLoad load : loop.takeLoads()) {
                loop.loaded(load, tiers.load(load.key(), load.tokens(), load.target()));
            }
        }
    }

    int writeBehind() {
        return tiers.writeBehind(Integer.MAX_VALUE);
    }

    @Override
    public void close() {
        tiers.close();
        backend.close();
    }

    /** Answers in each type and tier, writes behind, says so, and waits to be killed. */
    public static void main(String[] arguments) throws InterruptedException {
        for (KvConfig.ElementType type : KvConfig.ElementType.values()) {
            for (Tier disk : List.of(Tier.WARM, Tier.COLD)) {
                TierLife life = new TierLife(type, disk, Path.of(arguments[0]));
                life.ask();
                System.out.println(type + " " + disk + " " + life.writeBehind());
            }
        }
        System.out.println("written");
        Thread.sleep(600_000);
    }
}
