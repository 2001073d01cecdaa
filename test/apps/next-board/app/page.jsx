import { listPosts } from '../lib/posts.mjs';

export const dynamic = 'force-dynamic';

export default async function Page() {
  const posts = await listPosts();
  return (
    <main>
      <h1>Board</h1>
      <form action="/api/posts" method="post">
        <input name="body" required maxLength={500} />
        <button>Post</button>
      </form>
      <ul>
        {posts.map((post) => (
          <li key={post.id}>{post.body}</li>
        ))}
      </ul>
    </main>
  );
}
