package quern.appliance.http;

import java.util.Map;

/**
 * What a batch was asked for.
 *
 * @param endpoint {@code /v1/chat/completions} or {@code /v1/completions}
 * @param keyId whose requests they are
 */
record BatchSpec(
        String inputFileId, String endpoint, String completionWindow, Map<String, String> metadata, String keyId,
        boolean admin) {}
