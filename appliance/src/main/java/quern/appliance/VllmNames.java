package quern.appliance;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The metrics that vLLM has too, once more under its names, so that dashboards made for it work. Each sample carries
 * vLLM's labels {@code engine} and {@code model_name}.
 */
final class VllmNames {

    private static final String OURS = "quern_";
    private static final Set<String> SHARED = Set.of(
            "num_requests_running", "num_requests_waiting", "kv_cache_usage_perc", "prefix_cache_queries_total",
            "prefix_cache_hits_total", "prompt_tokens_total", "generation_tokens_total", "request_success_total",
            "num_preemptions_total", "time_to_first_token_seconds", "inter_token_latency_seconds",
            "e2e_request_latency_seconds", "request_queue_time_seconds", "request_prefill_time_seconds",
            "request_decode_time_seconds", "request_prompt_tokens", "request_generation_tokens",
            "iteration_tokens_total", "kv_block_lifetime_seconds", "kv_block_idle_before_evict_seconds",
            "kv_block_reuse_gap_seconds", "spec_decode_num_draft_tokens_total",
            "spec_decode_num_accepted_tokens_total");
    private static final Set<String> SUFFIXES = new LinkedHashSet<>(Set.of("_bucket", "_count", "_sum"));

    private VllmNames() {}

    /**
     * @param exposition in Prometheus' text form
     * @param model what {@code model_name} says
     * @return the lines to append
     */
    static String of(String exposition, String model) {
        StringBuilder lines = new StringBuilder();
        String labels = "engine=\"0\",model_name=\"" + escaped(model) + "\"";
        exposition.lines().forEach(line -> {
            if (line.startsWith("# ")) {
                int name = line.indexOf(' ', 2) + 1;
                if (shared(line.substring(name, line.indexOf(' ', name)))) {
                    lines.append(line, 0, name).append("vllm:").append(line.substring(name + OURS.length()))
                            .append('\n');
                }
            } else if (shared(family(line))) {
                lines.append(sample(line, labels)).append('\n');
            }
        });
        return lines.toString();
    }

    private static boolean shared(String name) {
        return name.startsWith(OURS) && SHARED.contains(name.substring(OURS.length()));
    }

    private static String family(String sample) {
        String name = sample.substring(0, nameEnd(sample));
        for (String suffix : SUFFIXES) {
            if (name.endsWith(suffix)) {
                return name.substring(0, name.length() - suffix.length());
            }
        }
        return name;
    }

    private static int nameEnd(String sample) {
        int brace = sample.indexOf('{');
        int space = sample.indexOf(' ');
        return brace >= 0 && brace < space ? brace : space;
    }

    private static String sample(String line, String labels) {
        int end = nameEnd(line);
        String name = "vllm:" + line.substring(OURS.length(), end);
        return line.charAt(end) == '{'
                ? name + "{" + labels + "," + line.substring(end + 1)
                : name + "{" + labels + "}" + line.substring(end);
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
