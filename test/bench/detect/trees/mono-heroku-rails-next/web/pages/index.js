export default function Home() { return <h1>Classes</h1>; }
