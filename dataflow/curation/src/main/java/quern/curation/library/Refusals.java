package quern.curation.library;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Operators of Data-Juicer 1.4.3 that cannot be had here, and why. */
final class Refusals {

    private static final String CLASSIFIER = "needs a classifier that is not on this machine; ask the served model "
            + "(dialog_topic_detection_mapper, dialog_intent_detection_mapper, dialog_sentiment_detection_mapper, or "
            + "llm_analysis_filter with dim_required_keys of your own)";
    private static final String PYTHON = "runs Python code, which Quern does not; write it as an expression with "
            + "expression_mapper (fields) or expression_filter (a condition): 'quern operators expression_mapper' "
            + "shows how";
    private static final Pattern MEDIA = Pattern.compile("^(image|audio|video|vggt|mllm|phrase_grounding|llava|imgdiff|"
            + "sdxl|detect_character|detect_main_character|ray_image|ray_video|face_|s3_).*"
            + "|.*_(image|video|audio)s?_.*");
    private static final Map<String, String> BY_NAME = byName();

    private Refusals() {}

    static Optional<String> of(String name) {
        String reason = BY_NAME.get(name);
        if (reason == null && MEDIA.matcher(name).matches()) {
            reason = "samples are text here, operators on images, audio and video are not available; remove it, or run "
                    + "it with Data-Juicer before and ingest the text it leaves";
        }
        return Optional.ofNullable(reason);
    }

    static Collection<String> names() {
        return new TreeSet<>(BY_NAME.keySet());
    }

    private static Map<String, String> byName() {
        Map<String, String> all = new HashMap<>();
        put(all, CLASSIFIER, "query_intent_detection_mapper query_sentiment_detection_mapper "
                + "query_topic_detection_mapper");
        put(all, "needs a dependency parser, and there is no small one to bring along; use text_action_filter (verbs) "
                + "or llm_quality_score_filter (grammar) instead", "text_entity_dependency_filter");
        put(all, PYTHON, "python_lambda_mapper python_file_mapper");
        put(all, "runs on a Ray cluster, which Quern does not use; use the operator of the same name without ray_",
                "ray_document_deduplicator ray_bts_minhash_deduplicator");
        put(all, "fetches files from the network, which Quern never does; download them yourself, then 'quern ingest "
                + "FILES' or name them in dataset_path",
                "download_file_mapper");
        put(all, "needs a Label Studio server, which Quern does not use; let the served model judge with "
                + "pair_preference_mapper or llm_quality_score_filter, or annotate the exported dataset by hand",
                "human_preference_annotation_mapper");
        return Map.copyOf(all);
    }

    private static void put(Map<String, String> all, String reason, String names) {
        for (String name : names.split(" ")) {
            all.put(name, reason);
        }
    }
}
