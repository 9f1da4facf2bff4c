package quern.appliance.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;
import quern.config.HttpConfig;

/** JSON bodies in memory: each within a size and a time, all together within a size. Thread-safe. */
final class Bodies {

    private static final int RETRY_SECONDS = 1;

    private final long bodyBytesMax;
    private final java.time.Duration timeout;
    private final long bytesMax;
    private final Materializer materializer;
    private final AtomicLong held = new AtomicLong();

    Bodies(HttpConfig config, Materializer materializer) {
        this.bodyBytesMax = config.bodyMax().bytes();
        this.timeout = config.bodyTimeout();
        this.bytesMax = config.bodiesMax().bytes();
        this.materializer = materializer;
    }

    /** Room for one request's body, none yet. */
    Room room() {
        return new Room();
    }

    /** What one request holds until it is closed: its body and what is made of it. */
    final class Room implements AutoCloseable {

        private final AtomicLong mine = new AtomicLong();

        /** Fails with an {@link ApiError}: 413, 408, or 429 where others hold too much. */
        CompletionStage<byte[]> read(RequestEntity entity) {
            if (entity.getContentLengthOption().orElse(0) > bodyBytesMax) {
                throw ApiError.tooLarge(bodyBytesMax);
            }
            if (entity instanceof HttpEntity.Strict strict) {
                return CompletableFuture.completedStage(hold(strict.getData()).toArray());
            }
            return entity.withSizeLimit(bodyBytesMax).getDataBytes()
                    .completionTimeout(timeout)
                    .runFold(ByteString.createBuilder(), (all, part) -> all.append(hold(part)), materializer)
                    .thenApply(ByteStringBuilder::result)
                    .handle((whole, failure) -> {
                        if (failure != null) {
                            throw named(failure);
                        }
                        return whole.toArray();
                    });
        }

        private ByteString hold(ByteString part) {
            mine.addAndGet(part.size());
            if (held.addAndGet(part.size()) > bytesMax) {
                throw ApiError.overloaded("the bodies of running requests take " + bytesMax + " bytes already",
                        RETRY_SECONDS);
            }
            return part;
        }

        private RuntimeException named(Throwable failure) {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                    ? failure.getCause() : failure;
            return cause instanceof TimeoutException
                    ? ApiError.of(408, "body_timeout", "the body was not there within " + timeout.toMillis() + " ms")
                    : new CompletionException(cause);
        }

        @Override
        public void close() {
            held.addAndGet(-mine.getAndSet(0));
        }
    }
}
