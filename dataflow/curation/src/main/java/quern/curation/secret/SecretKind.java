package quern.curation.secret;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What gives access to something. */
public enum SecretKind {
    /** Private keys in PEM or OpenPGP armour, age keys. */
    PRIVATE_KEY,
    /** Access keys of Amazon Web Services. */
    AWS,
    /** API keys and OAuth secrets of Google. */
    GOOGLE,
    /** Client secrets of Azure. */
    AZURE,
    /** Tokens of GitHub. */
    GITHUB,
    /** Tokens of GitLab. */
    GITLAB,
    /** Tokens and web hooks of Slack. */
    SLACK,
    /** Secret keys of Stripe. */
    STRIPE,
    /** Keys of services that serve models: OpenAI, Anthropic, Hugging Face and the like. */
    MODEL_API,
    /** Tokens of other services that their beginning names. */
    TOKEN,
    /** JSON web tokens. */
    JWT,
    /** Passwords within addresses: {@code postgres://user:password@host}. */
    CONNECTION,
    /** What follows {@code password=} and its kin. */
    PASSWORD,
    /** Random-looking values behind a label such as {@code api_key}, {@code client_secret}, {@code Bearer}. */
    LABELLED;

    /** As in a recipe's {@code kinds}: {@code private_key}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What stands in its place when masked: {@code [SECRET PRIVATE_KEY]}. */
    public String mask() {
        return "[SECRET " + name() + "]";
    }

    /** @throws IllegalArgumentException naming what there is */
    public static SecretKind of(String key) {
        return Arrays.stream(values()).filter(kind -> kind.key().equals(key)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("no kind of secret '" + key + "', expected " + Arrays.stream(values())
                        .map(SecretKind::key).collect(Collectors.joining(", "))));
    }
}
