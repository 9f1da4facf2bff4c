package quern.appliance.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts exactly the certificate that the data directory's server is configured with, whatever name it carries: it is
 * mostly self-signed and reached over loopback.
 */
final class PinnedCertificate extends X509ExtendedTrustManager {

    private final X509Certificate expected;

    private PinnedCertificate(X509Certificate expected) {
        super();
        this.expected = expected;
    }

    /** @param file PEM chain as in {@code http.tls-certificate}; absent: the JDK's own rules */
    static SSLContext context(Optional<Path> file) {
        try {
            if (file.isEmpty()) {
                return SSLContext.getDefault();
            }
            try (InputStream pem = Files.newInputStream(file.get())) {
                var certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new PinnedCertificate((X509Certificate) certificate)}, null);
                return context;
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new UsageProblem("http.tls-certificate cannot be read: " + e.getMessage(), e);
        }
    }

    private void require(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0 || !chain[0].equals(expected)) {
            throw new CertificateException("the server shows another certificate than http.tls-certificate");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        require(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        require(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        require(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("clients are not trusted here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("clients are not trusted here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("clients are not trusted here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {expected};
    }
}
