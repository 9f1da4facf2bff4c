package quern.actors.engine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.Executor;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.config.WeightsConfig;
import quern.inference.packed.PackedMatrices;
import quern.inference.packed.PackedWeights;
import quern.kv.WarmPlace;

/**
 * How many layers of a model stay in memory.
 *
 * @param layers all of them
 * @param resident those in memory, the two that the others pass through among them; as many as all where none is read
 *     for each step
 * @param memoryBytes what weights may take
 */
public record WeightPlan(int layers, int resident, long memoryBytes) {

    /** Heap, code, and buffers of the largest step, beside weights and KV arena. */
    public static final long BESIDE_BYTES = 512L << 20;

    private static final int RESIDENT_MIN = 2;
    private static final double SHARE = 0.8;

    /** @throws QuernException if not even two layers fit */
    static WeightPlan of(ApplianceConfig config, PackedWeights weights, long machineBytes) {
        WeightsConfig wanted = config.weights();
        int layers = weights.layers();
        long room = room(config, machineBytes);
        if (wanted.residentLayers() != WeightsConfig.AUTO) {
            return new WeightPlan(layers, Math.min(layers, Math.max(RESIDENT_MIN, wanted.residentLayers())), room);
        }
        if (weights.bytes() <= room) {
            return new WeightPlan(layers, layers, room);
        }
        int fitting = Math.min(layers, weights.layersFitting(room));
        if (fitting < Math.min(layers, RESIDENT_MIN)) {
            throw new QuernException(QuernException.Category.ERROR, String.format(Locale.ROOT,
                    "memory for %s: two layers of the model take %s beside %s of KV arena and %s of everything else, "
                            + "but weights.memory allows %s", weights.path().getFileName(),
                    size(weights.bytesOf(RESIDENT_MIN)), config.kv().hot(), size(BESIDE_BYTES),
                    size(allowed(config, machineBytes))));
        }
        return new WeightPlan(layers, fitting, room);
    }

    /** Bytes that weights may take beside KV arena and everything else. */
    public static long room(ApplianceConfig config, long machineBytes) {
        return allowed(config, machineBytes) - config.kv().hot().bytes() - BESIDE_BYTES;
    }

    /** Bytes that all models may take together, their weights and KV arenas. */
    public static long budget(ApplianceConfig config) {
        long asked = config.models().memory().bytes();
        return asked > 0 ? asked : Math.max(0, allowed(config, machineBytes()) - BESIDE_BYTES);
    }

    private static long allowed(ApplianceConfig config, long machineBytes) {
        return allowedWithBlocks(config, machineBytes) - WarmPlace.memoryBytes(config.kv());
    }

    /** What all together may take, the warm tier among them where that is in memory. */
    private static long allowedWithBlocks(ApplianceConfig config, long machineBytes) {
        long bytes = config.weights().memory().bytes();
        return bytes == 0 ? (long) (SHARE * machineBytes) : bytes;
    }

    /** @throws QuernException FATAL if a warm tier in memory takes more than is allowed beside the KV arena */
    public static void requireRoomForBlocks(ApplianceConfig config) {
        WarmPlace.require(config.kv());
        long warm = WarmPlace.memoryBytes(config.kv());
        long most = allowedWithBlocks(config, machineBytes()) - config.kv().hot().bytes() - BESIDE_BYTES;
        if (warm > Math.max(0, most)) {
            throw new QuernException(QuernException.Category.FATAL, String.format(Locale.ROOT,
                    "kv.warm = %s in kv.warm-directory = %s is memory: expected at most %s beside %s of KV arena and "
                            + "%s of everything else, for weights.memory allows %s", config.kv().warm(),
                    config.kv().warmDirectory().orElseThrow(), size(Math.max(0, most)), config.kv().hot(),
                    size(BESIDE_BYTES), size(allowedWithBlocks(config, machineBytes()))));
        }
    }

    /** Memory of the machine, or what the container allows. */
    static long machineBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /**
     * The weights as planned: these, or others in their place.
     *
     * @throws QuernException if not even two layers fit, or the file cannot be read; these are closed then
     */
    static PackedMatrices arrange(ApplianceConfig config, PackedWeights weights, Executor reads) {
        try {
            WeightPlan plan = of(config, weights, machineBytes());
            if (plan.resident >= plan.layers) {
                return weights;
            }
            PackedMatrices streamed = weights.streamed(plan.resident, reads);
            weights.close();
            return streamed;
        } catch (IOException failure) {
            weights.close();
            throw new UncheckedIOException(weights.path().toString(), failure);
        } catch (RuntimeException failure) {
            weights.close();
            throw failure;
        }
    }

    static String size(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
