package quern.appliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {

    private static final Pattern SAMPLE = Pattern.compile(
            "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[a-zA-Z_]\\w*=\"(?:[^\"\\\\]|\\\\.)*\",?)*})? (\\S+)");
    private static final List<String> HISTOGRAMS = List.of("time_to_first_token_seconds", "inter_token_latency_seconds",
            "e2e_request_latency_seconds", "request_queue_time_seconds", "request_prefill_time_seconds",
            "request_decode_time_seconds", "request_prompt_tokens", "request_generation_tokens",
            "iteration_tokens_total", "kv_block_lifetime_seconds", "kv_block_idle_before_evict_seconds",
            "kv_block_reuse_gap_seconds");
    private static final int REQUESTS = 12;

    @TempDir
    Path directory;

    /** Samples by name and labels, after every rule that {@code promtool check metrics} has for the form. */
    private static Map<String, Double> read(String exposition) {
        Map<String, Double> samples = new LinkedHashMap<>();
        Map<String, String> types = new HashMap<>();
        Set<String> helped = new HashSet<>();
        String family = "";
        for (String line : exposition.lines().toList()) {
            if (line.startsWith("# HELP ")) {
                String[] parts = line.split(" ", 4);
                assertTrue(parts.length == 4 && !parts[3].isBlank(), "no text: " + line);
                assertTrue(helped.add(parts[2]), "second HELP: " + line);
            } else if (line.startsWith("# TYPE ")) {
                String[] parts = line.split(" ", 4);
                family = parts[2];
                assertTrue(helped.contains(family), "TYPE before HELP: " + line);
                assertEquals(null, types.put(family, parts[3]), "second TYPE: " + line);
                assertTrue(!parts[3].equals("counter") || family.endsWith("_total"), "counter without _total: " + line);
            } else {
                Matcher sample = SAMPLE.matcher(line);
                assertTrue(sample.matches(), "no sample: " + line);
                String rest = sample.group(1).startsWith(family) ? sample.group(1).substring(family.length()) : "?";
                assertTrue(types.get(family).equals("histogram") || types.get(family).equals("summary")
                        ? Set.of("", "_bucket", "_count", "_sum").contains(rest) : rest.isEmpty(),
                        "outside its family " + family + ": " + line);
                String labels = sample.group(2) == null ? "" : sample.group(2);
                assertEquals(null, samples.put(sample.group(1) + labels, Double.valueOf(sample.group(3)
                        .replace("+Inf", "Infinity"))), "twice: " + line);
            }
        }
        types.forEach((name, type) -> {
            if (type.equals("histogram")) {
                requireCumulative(name, samples);
            }
        });
        return samples;
    }

    private static void requireCumulative(String name, Map<String, Double> samples) {
        double last = 0;
        int buckets = 0;
        for (var sample : samples.entrySet()) {
            if (sample.getKey().startsWith(name + "_bucket{")) {
                assertTrue(sample.getValue() >= last, sample + " is below the bucket before");
                last = sample.getValue();
                buckets++;
            }
        }
        assertTrue(buckets > 2, name + " has " + buckets + " buckets");
        String labels = name.startsWith("vllm:") ? "{engine=\"0\",model_name=\"stories260K\"}" : "";
        assertEquals(last, samples.get(name + "_count" + labels), name + "'s last bucket is not its count");
    }

    @Test
    void shouldCountWhatWasSentAndPassPromtoolsRulesWhenRequestsWereServed() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"),
                Map.of("kv.hot", "1MiB", "http.metrics-vllm-names", "true"))) {
            read(appliance.get("/metrics").body());
            int prompts = 0;
            int answers = 0;
            for (int i = 0; i < REQUESTS; i++) {
                HttpResponse<String> response = appliance.post("/v1/completions",
                        "{\"model\": \"stories260K\", \"prompt\": \"" + "The cat number " + i
                        + " sat in the garden and saw a big red ball under the old tree near the house and the dog"
                        + "\", \"max_tokens\": 40, \"ignore_eos\": true, \"temperature\": 0}");
                JsonNode usage = TestAppliance.json(response).path("usage");
                prompts += usage.path("prompt_tokens").intValue();
                answers += usage.path("completion_tokens").intValue();
            }
            String last = "{\"model\": \"stories260K\", \"prompt\": \"The cat number " + (REQUESTS - 1)
                    + " sat in the garden and saw a big red ball under the old tree near the house and the dog"
                    + "\", \"max_tokens\": 40, \"ignore_eos\": true, \"temperature\": 0}";
            answers += TestAppliance.json(appliance.post("/v1/completions", last)).at("/usage/completion_tokens")
                    .intValue();
            prompts += prompts / REQUESTS;
            appliance.post("/v1/completions", "{\"model\": \"none\", \"prompt\": \"x\"}");
            int requests = REQUESTS + 1;
            Map<String, Double> samples = read(appliance.get("/metrics").body());
            for (String name : List.of("time_to_first_token_seconds", "e2e_request_latency_seconds",
                    "request_queue_time_seconds", "request_prefill_time_seconds", "request_decode_time_seconds",
                    "request_prompt_tokens", "request_generation_tokens")) {
                assertEquals(requests, samples.get("quern_" + name + "_count"), name);
            }
            assertEquals(requests * 40, answers);
            assertEquals(answers - requests, samples.get("quern_inter_token_latency_seconds_count"));
            assertEquals(answers, samples.get("quern_request_generation_tokens_sum"));
            assertEquals(answers, samples.get("quern_generation_tokens_total"));
            assertEquals(answers, samples.get("quern_engine_completion_tokens_total"));
            assertEquals(samples.get("quern_request_prompt_tokens_sum"), samples.get("quern_prompt_tokens_total"));
            assertEquals(prompts, samples.get("quern_prompt_tokens_total"), requests);
            assertEquals(requests, samples.get("quern_request_success_total{finished_reason=\"length\"}"));
            assertEquals(1, samples.get("quern_request_rejected_total{reason=\"unknown_model\"}"));
            requireTimesThatAddUp(samples);
            requireBlocks(samples);
            for (String name : HISTOGRAMS) {
                assertEquals(samples.get("quern_" + name + "_count"),
                        samples.get("vllm:" + name + "_count{engine=\"0\",model_name=\"stories260K\"}"), name);
            }
            assertEquals(0, samples.get("vllm:num_requests_running{engine=\"0\",model_name=\"stories260K\"}"));
            assertEquals(1, samples.keySet().stream().filter(name -> name.startsWith("quern_kernel_selection_info{"))
                    .filter(name -> name.contains("backend=") && name.contains("kv_type=\"f16\"")).count());
        }
    }

    private static void requireTimesThatAddUp(Map<String, Double> samples) {
        double engine = samples.get("quern_request_queue_time_seconds_sum")
                + samples.get("quern_request_prefill_time_seconds_sum")
                + samples.get("quern_request_decode_time_seconds_sum");
        double whole = samples.get("quern_e2e_request_latency_seconds_sum");
        assertTrue(engine > 0 && engine <= whole, engine + " s in the engine of " + whole);
        assertTrue(samples.get("quern_time_to_first_token_seconds_sum") <= whole);
        assertTrue(samples.get("quern_inter_token_latency_seconds_sum")
                <= 1e-6 + samples.get("quern_request_decode_time_seconds_sum"));
        double rows = samples.get("quern_iteration_tokens_total_sum");
        assertTrue(rows >= samples.get("quern_engine_prompt_tokens_total"), rows + " rows");
        assertEquals(samples.get("quern_engine_steps_total"), samples.get("quern_iteration_tokens_total_count"));
        assertTrue(samples.get("quern_prefix_cache_queries_total") >= samples.get("quern_prompt_tokens_total"));
        assertTrue(samples.get("quern_prefix_cache_hits_total") >= 32, "nothing was found again");
    }

    private static void requireBlocks(Map<String, Double> samples) {
        double evicted = samples.get("quern_kv_tier_evictions_total{model=\"stories260K\",tier=\"hot\"}");
        assertTrue(samples.get("quern_kv_block_reuse_gap_seconds_count") > 0, "no block was found again");
        assertEquals(evicted, samples.get("quern_kv_block_lifetime_seconds_count"));
        assertEquals(evicted, samples.get("quern_kv_block_idle_before_evict_seconds_count"));
        assertTrue(samples.get("quern_kv_block_idle_before_evict_seconds_sum")
                <= samples.get("quern_kv_block_lifetime_seconds_sum"));
    }

    @Test
    void shouldShowNoOtherNamesAndTheKernelsInHealthWhenNotAsked() throws Exception {
        try (TestAppliance appliance = TestAppliance.start(directory.resolve("data"), Map.of())) {
            assertFalse(appliance.get("/metrics").body().contains("vllm:"));
            JsonNode health = TestAppliance.json(appliance.get("/health"));
            assertEquals("f16", health.at("/kernels/kv_type").textValue(), health.toString());
            assertEquals("C2", health.at("/kernels/compiler").textValue());
            assertTrue(health.at("/kernels/products").size() >= 1, health.toString());
            for (JsonNode refusal : health.path("refusals")) {
                assertFalse(refusal.path("reason").textValue().isBlank());
            }
            assertEquals("cuda", health.at("/refusals/0/backend").textValue());
        }
    }
}
