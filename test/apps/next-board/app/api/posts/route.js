import { addPost, listPosts } from '../../../lib/posts.mjs';

export async function GET() {
  return Response.json(await listPosts());
}

export async function POST(request) {
  const json = request.headers.get('content-type')?.startsWith('application/json');
  const body = json ? (await request.json()).body : (await request.formData()).get('body');
  try {
    const post = await addPost(body);
    return json ? Response.json(post, { status: 201 }) : Response.redirect(new URL('/', request.url), 303);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return Response.json({ error: error.message }, { status: 400 });
  }
}
