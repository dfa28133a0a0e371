// A fetch that listens in, for SDKs that take one: what reached the client, byte for byte.
export class Wire {
  requests = [];
  text = '';

  fetch = async (input, init) => {
    const answer = await fetch(input, init);
    this.requests.push(String(input?.url ?? input));
    if (answer.body === null) {
      return answer;
    }

    const decoder = new TextDecoder();
    const heard = new TransformStream({
      transform: (chunk, controller) => {
        this.text += decoder.decode(chunk, { stream: true });
        controller.enqueue(chunk);
      },
    });
    return new Response(answer.body.pipeThrough(heard), { status: answer.status, statusText: answer.statusText, headers: answer.headers });
  };
}
