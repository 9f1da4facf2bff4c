package quern.appliance.http;

import java.util.Map;
import java.util.Optional;

/**
 * What a batch was asked for.
 *
 * @param endpoint one of {@link BatchAnswers#ENDPOINTS}
 * @param keyId whose requests they are
 * @param tenant of that key, if it was given one
 */
record BatchSpec(
        String inputFileId, String endpoint, String completionWindow, Map<String, String> metadata, String keyId,
        boolean admin, Optional<String> tenant) {}
