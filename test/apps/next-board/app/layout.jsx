export const metadata = { title: 'Board' };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body style={{ fontFamily: 'sans-serif', maxWidth: '40rem', margin: '2rem auto' }}>{children}</body>
    </html>
  );
}
