/** Ant Design in our colours and sizes, for the pages that are forms and tables. */
import { App, ConfigProvider, theme as looks } from 'antd';
import en from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import type { ReactNode } from 'react';

interface FormsProps {
  theme: 'light' | 'dark';
  fontSize: number;
  language: 'zh-CN' | 'en';
  children: ReactNode;
}

export function Forms({ theme, fontSize, language, children }: FormsProps) {
  const isDark = theme === 'dark';
  return (
    <ConfigProvider
      locale={language === 'en' ? en : zhCN}
      theme={{
        algorithm: isDark ? looks.darkAlgorithm : looks.defaultAlgorithm,
        token: {
          colorPrimary: isDark ? '#5aa5e3' : '#1661ab',
          colorTextLightSolid: isDark ? '#0d1a26' : '#ffffff',
          colorError: isDark ? '#f4797e' : '#c4323a',
          colorBgBase: isDark ? '#1a1f26' : '#ffffff',
          colorTextBase: isDark ? '#e4e8ee' : '#1b2129',
          fontSize,
          fontFamily: 'inherit',
          borderRadius: 8,
          motionDurationMid: '0.12s',
          motionDurationSlow: '0.14s',
        },
      }}
    >
      {/* Its messages and questions must be drawn in these colours too. */}
      <App component={false}>{children}</App>
    </ConfigProvider>
  );
}
