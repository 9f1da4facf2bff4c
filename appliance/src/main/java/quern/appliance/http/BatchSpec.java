package quern.appliance.http;

import java.util.Map;

/**
 * What a batch was asked for.
 *
 * @param endpoint one of {@link BatchAnswers#ENDPOINTS}
 * @param keyId whose requests they are
 */
record BatchSpec(
        String inputFileId, String endpoint, String completionWindow, Map<String, String> metadata, String keyId,
        boolean admin) {}
