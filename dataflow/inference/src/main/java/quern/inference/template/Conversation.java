package quern.inference.template;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;

/**
 * What a chat template renders.
 *
 * @param messages as in the chat completion API: {@code role}, {@code content}, {@code tool_calls},
 *     {@code tool_call_id}, {@code name}; values are JSON's as Java maps, lists, strings, numbers, booleans and null
 * @param tools as in that API; empty: the template sees none
 * @param addGenerationPrompt whether the text ends where the assistant's answer begins
 * @param begin how the model's first token is written, empty if it has none
 * @param end how the token that ends a text is written, empty if there is none
 * @param now what the template takes for today
 * @param options further variables of the template, such as {@code enable_thinking}; those named above win
 */
public record Conversation(
        List<Map<String, Object>> messages,
        List<Map<String, Object>> tools,
        boolean addGenerationPrompt,
        String begin,
        String end,
        LocalDateTime now,
        Map<String, Object> options) {}
