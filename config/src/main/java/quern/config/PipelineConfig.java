package quern.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A standing pipeline: what arrives is curated, and enough of it tunes an adapter.
 *
 * @param folder whose files become documents as they appear; absent: documents that arrive otherwise
 * @param labels of files that become documents; without a folder, those that a document must have
 * @param owner id of the key whose documents, datasets and adapters these are
 * @param recipe a YAML file, read anew for each curation
 * @param look between two looks for what is new; a file counts once two looks found it the same
 * @param documentsMax documents of one curation
 * @param tuneSamples new samples with which a tuning begins
 * @param tuneAfter the same for fewer samples after this long; 0: never
 * @param publish what becomes of an adapter that passed its gate
 * @param alias what it is published under; absent: the pipeline's name
 */
public record PipelineConfig(
        Optional<Path> folder,
        List<String> labels,
        String owner,
        Optional<Path> recipe,
        Duration look,
        int documentsMax,
        int tuneSamples,
        Duration tuneAfter,
        Publish publish,
        Optional<String> alias) {

    /** What becomes of an adapter that passed its gate. */
    public enum Publish {
        AUTOMATIC,
        /** It waits for somebody's word. */
        APPROVAL
    }

    public PipelineConfig {
        labels = List.copyOf(labels);
        new Bounds()
                .check("recipe", recipe.isPresent(), "expected the path of a recipe")
                .check("owner", !owner.isBlank(), "expected the id of a key")
                .within("look", look, Duration.ofMillis(100), Duration.ofDays(1))
                .within("documentsMax", documentsMax, 1, 100_000)
                .within("tuneSamples", tuneSamples, 1, 100_000_000)
                .within("tuneAfter", tuneAfter, Duration.ZERO, Duration.ofDays(366))
                .enforce();
    }
}
