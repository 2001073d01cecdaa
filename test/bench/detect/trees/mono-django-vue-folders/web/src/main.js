import { createApp } from 'vue';
createApp({ template: '<h1>School</h1>' }).mount('#app');
