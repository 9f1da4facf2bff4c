package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import quern.actors.engine.WeightPlan;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.gpu.tensor.ElementType;
import quern.gpu.vector.ReadBandwidth;
import quern.inference.convert.QuantizedFile;
import quern.inference.fit.ModelFit;
import quern.inference.fit.SpeedProbe;
import quern.inference.format.EncoderFiles;
import quern.inference.format.ForeignFiles;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.transformer.CacheType;

/** {@code doctor --model}: does it fit this machine, with which context, and how fast will it be. */
final class FitReport {

    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final long PROCESS_BYTES = 300L << 20;
    private static final long BANDWIDTH_BYTES = 256L << 20;
    private static final int BANDWIDTH_ROUNDS = 8;

    private FitReport() {}

    /** @return whether it fits */
    static boolean print(Screen screen, Path path, ApplianceConfig config) {
        ObjectNode body = ApiClient.JSON.createObjectNode();
        ArrayNode refusals = ApiClient.JSON.createArrayNode();
        try (Backend backend = BackendChoice.choose(config.backend()).backend();
                ModelFile file = open(path, config, backend)) {
            ModelFit fit = ModelFit.of(file, backend.kernels(), config.engine(), config.kv());
            describe(body.putObject("model"), file, fit, path);
            boolean mapped = config.start().packedFiles() && backend.kernels().packedBytes(ElementType.F32, 1, 1) > 0;
            memory(body, fit, config, mapped, refusals);
            if (refusals.isEmpty()) {
                screen.progress("measuring this machine", 0, 0);
                speed(body.putObject("speed"), file, fit, backend, config);
            }
        } catch (QuernException refused) {
            refusals.add(refused.getMessage());
        }
        boolean fits = refusals.isEmpty();
        body.put("fits", fits);
        body.set("reasons", refusals);
        if (screen.json()) {
            screen.json(body);
        } else {
            Outline.lines(body).forEach(screen::line);
            screen.line(fits ? verdict(body) : "This model does not run here: " + refusals.get(0).asText());
        }
        return fits;
    }

    private static ModelFile open(Path path, ApplianceConfig config, Backend backend) {
        if (EncoderFiles.isEncoder(path)) {
            throw new QuernException(QuernException.Category.ERROR, path + " is an encoder, which makes embeddings "
                    + "(quern embed, quern serve --embedding-model); the doctor measures models that generate");
        }
        return QuantizedFile.of(ModelFiles.open(path), config.engine().loadType(), backend.team());
    }

    private static void describe(ObjectNode node, ModelFile file, ModelFit fit, Path path) {
        node.put("path", path.toString()).put("name", file.name()).put("architecture", fit.shape().architecture())
                .put("parameters", fit.parameters()).put("context_tokens_trained", fit.shape().contextTokens());
        ArrayNode ignored = node.putArray("ignored");
        ForeignFiles.in(path).forEach(ignored::add);
    }

    /** @param mapped whether packed weights lie in a file rather than on the heap */
    private static void memory(
            ObjectNode body, ModelFit fit, ApplianceConfig config, boolean mapped, ArrayNode refusals) {
        long arena = config.kv().hot().bytes();
        long heap = (mapped ? 0 : fit.packedBytes()) + fit.scratchBytes();
        long heapMax = Runtime.getRuntime().maxMemory();
        long needed = fit.packedBytes() + fit.scratchBytes() + arena + PROCESS_BYTES;
        long total = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize() : Long.MAX_VALUE;
        long available = available(total);
        body.putObject("memory").put("weights_bytes", fit.packedBytes())
                .put("read_in_place_bytes", fit.mappedBytes()).put("scratch_bytes", fit.scratchBytes())
                .put("kv_arena_bytes", arena).put("process_bytes", PROCESS_BYTES).put("needed_bytes", needed)
                .put("available_bytes", available).put("total_bytes", total).put("heap_bytes_max", heapMax);
        body.putObject("context").put("tokens_max", fit.contextTokensMax())
                .put("kv_bytes_per_token", fit.kvBytesPerToken())
                .put("kv_bytes_for_trained_context", fit.fullContextBytes());
        if (heap + PROCESS_BYTES / 2 > heapMax) {
            refusals.add("weights and buffers need " + Printer.bytes(heap) + " of Java heap, at most "
                    + Printer.bytes(heapMax) + " are allowed; QUERN_JAVA_OPTS=-Xmx... allows more");
        }
        long room = WeightPlan.room(config, total);
        if (mapped && fit.packedBytes() > room) {
            streaming(body, fit, room, refusals);
        } else if (needed > total) {
            refusals.add("it needs " + Printer.bytes(needed) + " of memory, this machine has " + Printer.bytes(total));
        } else if (needed > available) {
            refusals.add("it needs " + Printer.bytes(needed) + " of memory, " + Printer.bytes(available) + " of "
                    + Printer.bytes(total) + " are available now");
        }
        if (fit.contextTokensMax() < config.kv().blockTokens()) {
            refusals.add("the KV arena (kv.hot = " + Printer.bytes(arena) + ") holds no block of "
                    + config.kv().blockTokens() + " tokens of " + fit.kvBytesPerToken() + " bytes");
        }
    }

    /** Layers that are read for each step, as far as all are of one size. */
    private static void streaming(ObjectNode body, ModelFit fit, long room, ArrayNode refusals) {
        int layers = fit.shape().layers();
        long layerBytes = fit.packedBytes() / layers;
        long resident = Math.max(0, room) / layerBytes;
        body.putObject("streaming").put("layers", layers).put("layers_in_memory", resident)
                .put("read_for_each_step_bytes", (layers - Math.max(0, resident - 2)) * layerBytes);
        if (resident < 2) {
            refusals.add("two of its layers take " + Printer.bytes(2 * layerBytes) + ", weights may take "
                    + Printer.bytes(Math.max(0, room)) + " (weights.memory)");
        }
    }

    /** What the system could give without swapping: free memory and page cache. */
    private static long available(long otherwise) {
        try {
            for (String line : Files.readAllLines(MEMORY)) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            return otherwise;
        }
        return otherwise;
    }

    private static void speed(
            ObjectNode node, ModelFile file, ModelFit fit, Backend backend, ApplianceConfig config) {
        ReadBandwidth memory = new ReadBandwidth(backend.team(), BANDWIDTH_BYTES);
        double bandwidth = 0;
        for (int i = 0; i < BANDWIDTH_ROUNDS; i++) {
            bandwidth = Math.max(bandwidth, memory.measure());
        }
        ElementType cache = CacheType.of(config.kv().type());
        SpeedProbe probe = SpeedProbe.measure(file, fit, backend.kernels(), config.engine().product(), cache);
        double bytes = fit.activeBytes() + (double) fit.kvBytesPerToken() * probe.promptTokens();
        double macs = (double) fit.promptMacsPerToken() * probe.promptTokens();
        node.put("backend", backend.description())
                .put("layers_measured", probe.layers() + " of " + fit.shape().layers())
                .put("prompt_tokens", probe.promptTokens())
                .put("prefill_tokens_per_second", Math.round(probe.prefillTokensPerSecond()))
                .put("prefill_gmac_per_second", rounded(macs / probe.prefillSeconds() / 1e9))
                .put("decode_tokens_per_second", rounded(probe.decodeTokensPerSecond()))
                .put("decode_bytes_per_token", Math.round(bytes))
                .put("memory_gb_per_second", rounded(bandwidth / 1e9))
                .put("decode_tokens_per_second_of_memory", rounded(bandwidth / bytes));
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static String verdict(ObjectNode body) {
        if (body.has("streaming")) {
            var streaming = body.path("streaming");
            return "It runs with " + streaming.path("layers_in_memory").asLong() + " of "
                    + streaming.path("layers").asInt() + " layers in memory: "
                    + Printer.bytes(streaming.path("read_for_each_step_bytes").asLong())
                    + " of the others are read for each token, as fast as the disk gives them.";
        }
        var speed = body.path("speed");
        int context = body.path("context").path("tokens_max").asInt();
        int trained = body.path("model").path("context_tokens_trained").asInt();
        String text = "It fits: " + Printer.bytes(body.path("memory").path("needed_bytes").asLong())
                + " of memory, a context of " + context + " tokens, about "
                + Math.round(speed.path("decode_tokens_per_second").asDouble()) + " tokens/s of answer and "
                + speed.path("prefill_tokens_per_second").asText() + " tokens/s of prompt.";
        return context >= trained ? text : text + " For all " + trained + " tokens it was trained for: --set kv.hot="
                + Math.ceilDiv(body.path("context").path("kv_bytes_for_trained_context").asLong(), 1L << 20) + "MiB.";
    }
}
