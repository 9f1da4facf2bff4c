package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j's OpenAI models, unmodified, against a running appliance. */
class LangChain4jTest {

    @Test
    void shouldChatWithAndWithoutStreaming(@TempDir Path directory) throws Exception {
        try (ServerProcess server = ServerProcess.start(directory.resolve("data"))) {
            var plain = OpenAiChatModel.builder().baseUrl(server.uri("/v1").toString()).apiKey(server.key())
                    .modelName("quern-nano").temperature(0.0).maxTokens(32).maxRetries(0).build();
            String whole = plain.chat("Who are you?");
            assertFalse(whole.isBlank());

            var streaming = OpenAiStreamingChatModel.builder().baseUrl(server.uri("/v1").toString())
                    .apiKey(server.key()).modelName("quern-nano").temperature(0.0).maxTokens(32).build();
            var done = new CompletableFuture<ChatResponse>();
            var text = new StringBuffer();
            streaming.chat("Who are you?", new StreamingChatResponseHandler() {
                @Override
                public void onPartialResponse(String part) {
                    text.append(part);
                }

                @Override
                public void onCompleteResponse(ChatResponse response) {
                    done.complete(response);
                }

                @Override
                public void onError(Throwable error) {
                    done.completeExceptionally(error);
                }
            });
            ChatResponse response = done.get(60, TimeUnit.SECONDS);
            assertEquals(whole, text.toString());
            assertEquals(whole, response.aiMessage().text());
        }
    }
}
