package quern.appliance.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import quern.config.QuernException;
import quern.config.QuernException.Category;

/** A TLS identity from PEM files (RFC 7468): a certificate chain and a PKCS #8 key without passphrase. */
final class PemFiles {

    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final long FILE_BYTES_MAX = 1 << 20;

    private PemFiles() {}

    /** @throws QuernException FATAL if a file is unreadable or the two do not make an identity */
    static SSLContext context(Path certificate, Path key) {
        try {
            Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes(certificate)))
                    .toArray(Certificate[]::new);
            if (chain.length == 0) {
                throw new QuernException(Category.FATAL, certificate + " holds no certificate");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", privateKey(key), new char[0], chain);
            KeyManagerFactory identities = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            identities.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identities.getKeyManagers(), null, null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new QuernException(Category.FATAL,
                    "cannot use " + certificate + " and " + key + " for TLS: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        Matcher pem = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new QuernException(Category.FATAL,
                    file + " holds no 'BEGIN PRIVATE KEY' block; convert it with 'openssl pkcs8 -topk8 -nocrypt'");
        }
        var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // a key of another algorithm; the next one is tried
            }
        }
        throw new QuernException(Category.FATAL, file + " holds a key of none of " + ALGORITHMS);
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new QuernException(Category.FATAL, file + " is too large for a PEM file");
        }
        return Files.readAllBytes(file);
    }
}
